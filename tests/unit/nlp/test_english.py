"""The English network answers for a text whatever stands beside it, and is asked beside the heads for English alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from nlp.base import ModelMissing, Sentiment, TextInput
from nlp.english import EnglishNetwork
from nlp.files import FOLDER, MANIFEST, open_files, write_manifest
from nlp.heads.blend import Blend
from nlp.heads.intents import OUTPUTS
from nlp.runtime import HEADS, Understanding

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


def test_both_opinions_count() -> None:
    """Each answer has its own two weights and its shift."""
    blend = Blend(
        {"blend.heads": np.array([1.0, 0.5]), "blend.network": np.array([0.0, 2.0]), "blend.shift": np.ones(2)}
    )
    blended = blend(np.array([[3.0, 4.0]], np.float32), np.array([[9.0, -1.0]], np.float32))
    assert blended.tolist() == [[4.0, 1.0]]


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


def test_another_number_of_answers_is_refused(tmp_path: Path) -> None:
    """A blend that was fitted for other outputs ends in a sentence, not in wrong answers."""
    for path in FOLDER.iterdir():
        if path.name not in (MANIFEST, HEADS):
            (tmp_path / path.name).symlink_to(path)
    with np.load(FOLDER / HEADS) as stored:
        arrays = {name: value[:-1] if name.startswith("blend.") else value for name, value in stored.items()}
    np.savez(tmp_path / HEADS, **arrays)
    shutil.copy(FOLDER / MANIFEST, tmp_path)
    write_manifest(tmp_path, [path.name for path in FOLDER.iterdir() if path.suffix != ".md" and path.name != MANIFEST])
    with pytest.raises(ModelMissing, match="answers"):
        Understanding.load(folder=tmp_path, threads=1)
