"""The English network answers for a text whatever stands beside it, and is asked beside the heads for English alone."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.base import Sentiment, TextInput
from nlp.english import EnglishNetwork
from nlp.files import open_files
from nlp.heads.intents import OUTPUTS
from nlp.runtime import Understanding

TEXTS = (
    "Great game",
    "It crashes every time I open the map and support does not answer",
    "I like it. " * 300,
    "",
    "🎮",
)


@pytest.fixture(scope="module")
def network() -> EnglishNetwork:
    """The shipped one."""
    return EnglishNetwork(open_files(), threads=1)


def test_one_row_a_text(network: EnglishNetwork) -> None:
    """Sentiment's four answers, then one for each output; nothing in, nothing out."""
    assert network(TEXTS).shape == (len(TEXTS), 4 + len(OUTPUTS))
    assert np.isfinite(network(TEXTS)).all()
    assert network([]).shape == (0, 4 + len(OUTPUTS))


def test_neighbours_change_nothing(network: EnglishNetwork) -> None:
    """Alone or in company, short or padded: the same answers."""
    together = network(TEXTS)
    for row, text in enumerate(TEXTS):
        assert network([text])[0] == pytest.approx(together[row], abs=1e-4)


@pytest.mark.parametrize(
    ("text", "abusive"),
    [
        ("You are all worthless idiots and should be ashamed to exist", True),
        ("Shut up, you pathetic piece of trash", True),
        ("The last patch is a disaster and I want my money back", False),
        ("I killed the boss with one headshot, what a fight", False),
    ],
)
def test_toxicity_is_about_people(models: Understanding, text: str, abusive: bool) -> None:
    """Abuse of people counts; anger about a product and the words of games do not."""
    (reading,) = models.read([TextInput(text=text)])
    assert (reading.toxicity >= 0.5) is abusive


def test_a_guess_is_called_a_guess(models: Understanding) -> None:
    """Where no side of the sentiment stands out, the reading says so; where one does, it does not."""
    plain, vague = models.read([TextInput(text="I love this game so much!"), TextInput(text="ok")])
    assert plain.sentiment is not None
    assert plain.sentiment.label == Sentiment.POSITIVE
    assert "sentiment" not in plain.unsure
    assert vague.sentiment is not None
    assert vague.sentiment.score < 0.5
    assert "sentiment" in vague.unsure
