"""The baselines learn, and say so where they cannot run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nlp.evaluation.baselines import (
    MINILM,
    VADER,
    VECTOR,
    WORDS,
    Baseline,
    Vader,
    Vectors,
    Words,
    contenders,
    untuned_minilm,
)
from nlp.evaluation.exams import SENTIMENTS, Exam, Task
from nlp.evaluation.scores import one_hot
from nlp.runtime import Understanding

GOOD = ["A lovely little game", "lovely music and lovely levels", "What a lovely day with it", "So lovely, thank you"]
BAD = ["A dreadful port", "dreadful lags and dreadful menus", "What a dreadful evening", "So dreadful, go away"]
SENTIMENT = Exam(Task.SENTIMENT, "sentiment/made_up", {label: frozenset({label}) for label in SENTIMENTS})
INTENTS = Exam(Task.INTENTS, "intent/made_up", {"bug_report": frozenset({"bug"}), "question": frozenset({"q"})})


def test_the_word_list_knows_english_feelings() -> None:
    """It needs no texts to learn from."""
    told = Vader().predict(["I love it, wonderful!", "Awful, I hate it.", "It is a table."])
    assert (told == one_hot(["positive", "negative", "neutral"], SENTIMENTS)).all()


@pytest.fixture(params=["words", "vectors"])
def exclusive(request: pytest.FixtureRequest, models: Understanding) -> Baseline:
    """A baseline for labels of which one holds."""
    return Words(exclusive=True) if request.param == "words" else Vectors(models.vectors, exclusive=True)


def test_one_label_holds(exclusive: Baseline) -> None:
    """New texts get the label of those that they look like, and exactly one."""
    exclusive.fit(GOOD + BAD, one_hot(["positive"] * 4 + ["negative"] * 4, SENTIMENTS))
    told = exclusive.predict(["lovely", "dreadful"])
    assert (told == one_hot(["positive", "negative"], SENTIMENTS)).all()


def test_labels_may_hold_together_or_not_at_all() -> None:
    """Each label is learnt apart."""
    texts = ["it crashes", "how do I crashes", "how do I save", "nice"] * 5
    labels = np.array([[1, 0], [1, 1], [0, 1], [0, 0]] * 5, np.bool_)
    words = Words(exclusive=False)
    words.fit(texts, labels)
    assert (words.predict(texts[:4]) == labels[:4]).all()


def test_a_single_label_may_hold_or_not() -> None:
    """Some sets ask for one thing alone."""
    words = Words(exclusive=False)
    words.fit(GOOD + BAD, np.array([[True]] * 4 + [[False]] * 4))
    assert words.predict(["lovely", "dreadful"]).tolist() == [[True], [False]]


def test_a_label_without_examples_is_never_told() -> None:
    """A set that lacks a label is nothing to stumble over."""
    words = Words(exclusive=False)
    words.fit(GOOD, np.zeros((4, 2), np.bool_))
    assert not words.predict(BAD).any()


def test_who_takes_part_in_what(models: Understanding) -> None:
    """The word list knows English feelings alone; an English encoder takes no French."""
    rivals = {each.name: each for each in [*contenders(models.vectors), untuned_minilm(models.vectors)]}
    taking = {
        (exam.task, language): {name for name, each in rivals.items() if each.takes(exam, language)}
        for exam in (SENTIMENT, INTENTS)
        for language in ("en", "fr")
    }
    assert taking[Task.SENTIMENT, "en"] == {VADER, WORDS, VECTOR, MINILM}
    assert taking[Task.INTENTS, "en"] == {WORDS, VECTOR, MINILM}
    assert taking[Task.SENTIMENT, "fr"] == taking[Task.INTENTS, "fr"] == {WORDS, VECTOR}


@pytest.mark.parametrize("missing", ["sklearn", "vaderSentiment"])
def test_a_missing_extra_is_named(missing: str, tmp_path: Path) -> None:
    """Before anything is judged, with the way out."""
    (tmp_path / "sentiment").mkdir()
    (tmp_path / "sentiment" / "umsab.dev.jsonl.gz").write_bytes(b"no set")  # it would be named if it were read
    program = (
        f"import sys; sys.modules[{missing!r}] = None; from nlp.evaluation.__main__ import main; "
        f"sys.exit(main(['--data', {str(tmp_path)!r}]))"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Run: pip install 'earful[evaluation]', or leave them out: --without-baselines." in done.stderr
