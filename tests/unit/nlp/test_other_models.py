"""What other models say takes its place in a reading; the shipped ones need none of their libraries."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from nlp.base import ModelMissing, TextInput
from nlp.hub.answers import Answers
from nlp.hub.choice import Choice, ClassifierChoice, NamedModel
from nlp.hub.load import load_understanding
from nlp.hub.revise import HubModels
from nlp.runtime import Understanding

GLOOMY = {"praise": 0.1, "bug_report": 0.9, "toxicity": 0.8}


class Saying:
    """Says the same of every text, and remembers what it was asked."""

    def __init__(self, shares: Sequence[float] | None, mixed: float, chances: dict[str, float]) -> None:
        self.shares, self.mixed, self.chances = shares, mixed, chances
        self.asked: list[str] = []

    def __call__(self, cleaned: Sequence[str], originals: Sequence[str]) -> Answers:
        """The same answer for each."""
        self.asked += cleaned
        n = len(cleaned)
        shares = None if self.shares is None else np.tile(np.array(self.shares, np.float32), (n, 1))
        mixed = np.full(n, self.mixed, np.float32)
        return Answers(shares, mixed, {k: np.full(n, v, np.float32) for k, v in self.chances.items()})


@pytest.fixture
def own() -> Understanding:
    """The shipped models, for a test that adds others."""
    return Understanding.load(threads=1)


def test_answers_take_their_place(own: Understanding) -> None:
    """What was answered replaces the shipped answer; the rest, the vector first of all, stays as it was."""
    text = TextInput(text="I love this game, it is wonderful")
    before = own.read([text])[0]
    own.use_others(HubModels(Saying((0.8, 0.1, 0.1), 0.0, GLOOMY), version="abc"))
    after = own.read([text])[0]
    assert after.sentiment is not None
    assert (after.sentiment.label, round(after.sentiment.score, 2)) == ("negative", 0.8)
    labels = {each.label for each in after.intents}
    assert "bug_report" in labels
    assert "praise" not in labels
    assert after.toxicity == pytest.approx(0.8)
    assert after.urgency > before.urgency
    assert (after.spam, after.language) == (before.spam, before.language)
    assert np.array_equal(after.vector, before.vector)
    assert after.model_version == f"{before.model_version}+abc"


@pytest.mark.parametrize(
    ("shares", "mixed", "rating", "label", "unsure"),
    [
        ((0.4, 0.3, 0.3), 0.0, None, "negative", True),
        ((0.4, 0.3, 0.3), 0.0, 1.0, "positive", False),
        ((0.2, 0.2, 0.6), 0.9, None, "mixed", False),
        ((0.1, 0.8, 0.1), 0.0, None, "neutral", False),
    ],
)
def test_stars_count_and_guesses_are_marked(
    own: Understanding, shares: Sequence[float], mixed: float, rating: float | None, label: str, unsure: bool
) -> None:
    """As with the shipped models."""
    own.use_others(HubModels(Saying(shares, mixed, {}), version="abc"))
    found = own.read([TextInput(text="This is the game that I bought", rating=rating)])[0]
    assert found.sentiment is not None
    assert found.sentiment.label == label
    assert ("sentiment" in found.unsure) == unsure


def test_only_what_can_be_read_is_asked(own: Understanding) -> None:
    """Texts without words, and languages that nobody understands, go to no model."""
    others = Saying((1.0, 0.0, 0.0), 0.0, {})
    own.use_others(HubModels(others, version="abc"))
    found = own.read([TextInput(text=text) for text in ("", "<b>fine</b> by me, thank you", "!!!", "🎮")])
    assert others.asked == ["fine by me, thank you"]
    assert [each.understood for each in found][:2] == [False, True]


def test_answers_over_answers() -> None:
    """A classifier's answer covers that of refitted heads, with its threshold; the rest shines through."""
    one, two = np.ones(1, np.float32), np.zeros(1, np.float32)
    below = Answers(shares=np.ones((1, 3), np.float32), chances={"spam": one, "praise": one}, thresholds={"spam": 0.3})
    both = Answers(chances={"spam": two}).over(below)
    assert both.shares is below.shares
    assert (both.chances["spam"][0], both.chances["praise"][0]) == (0, 1)
    assert both.of(0).threshold("spam") == 0.5


def test_shipped_models_import_no_torch() -> None:
    """As long as nlp.yaml names nothing else, nothing of the hub's libraries is loaded."""
    program = (
        "import sys; from nlp.base import TextInput; from nlp.hub.choice import Choice\n"
        "from nlp.hub.load import load_understanding; import service.cli.app, service.bootstrap\n"
        "assert load_understanding(Choice(), threads=1).read([TextInput(text='fine')])[0].understood\n"
        "names = {'torch', 'transformers', 'sentence_transformers', 'huggingface_hub', 'nlp.training'}\n"
        "sys.exit(str(names & set(sys.modules)) if names & set(sys.modules) else 0)"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """It is looked for before any library is."""
    model = NamedModel(name="./gone", folder=tmp_path / "gone")
    chosen = ClassifierChoice(model=model, labels={"spam": "spam"})
    with pytest.raises(ModelMissing, match=r"names the folder .*gone, and there is none\. Write the path"):
        load_understanding(Choice(classifiers={"spam": chosen}), threads=1)


def test_a_missing_extra_is_named() -> None:
    """Where torch and the others are not installed, the sentence says how to install them."""
    program = (
        "import sys\n"
        "sys.modules |= dict.fromkeys(('torch', 'transformers', 'sentence_transformers', 'huggingface_hub'))\n"
        "from nlp.base import ModelMissing; from nlp.hub.choice import NamedModel; from nlp.hub.places import find\n"
        "try: find(NamedModel(name='a/b'))\n"
        "except ModelMissing as error: sys.exit(str(error))"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    assert "huggingface_hub is not installed. Run: pip install 'earful[models]'" in done.stderr
