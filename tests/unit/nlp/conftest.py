"""The shipped models, loaded once for all tests of this folder."""

from __future__ import annotations

import pytest

from nlp.base import Topic
from nlp.encoder import Encoder
from nlp.files import open_files
from nlp.runtime import Understanding

TOPICS = (
    Topic(
        name="crashes",
        description="It closes by itself, freezes or does not start.",
        examples=("Crashes to desktop when I open the map.", "Das Spiel stürzt beim Laden ab."),
    ),
    Topic(
        name="delivery",
        description="How long a parcel takes and in what state it arrives.",
        examples=("The parcel came a week late.", "Le colis est arrivé abîmé."),
    ),
)


@pytest.fixture(scope="session")
def models() -> Understanding:
    """Everything that reads, with two topics."""
    return Understanding.load(topics=TOPICS, threads=1)


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The encoder alone."""
    return Encoder(open_files(), threads=1)
