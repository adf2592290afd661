"""A handful of labels teaches a word and breaks nothing else; what was learnt survives being stored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlp.base import ModelMissing, TextInput
from nlp.files import FOLDER, digest
from nlp.learning.adapter import Adapter
from nlp.learning.bags import bags
from nlp.learning.labels import targets
from nlp.learning.minimise import minimise
from nlp.learning.replay import HEADS, REPLAY, Replay
from nlp.learning.teaching import Lesson, teach
from nlp.runtime import Understanding

SICK = (
    "this boss fight is sick",
    "sick graphics in the new map",
    "That soundtrack, sick",
    "the sick combos you can pull off",
    "sick update, team",
    "what a sick trailer",
)
UNSEEN = ("the new sword is so sick", "SICK animations")


@pytest.fixture(scope="module")
def replay() -> Replay:
    """The set that is shipped."""
    return Replay.load(FOLDER / REPLAY)


def lesson(models: Understanding, replay: Replay, texts: tuple[str, ...], said: dict[str, str]) -> Lesson:
    """What these labels teach."""
    seen = models.untaught([TextInput(text=text) for text in texts])
    wanted = targets([said] * len(texts), models.outputs)
    return teach(seen, wanted, replay, models.outputs, topics=models.topic_logits(replay.texts.vectors))


def test_the_shipped_replay_set_is_of_the_shipped_heads(replay: Replay) -> None:
    """Heads that were fitted anew need `python -m nlp.training.replay`, or the guard judges by old answers."""
    assert replay.made_for == digest(FOLDER / HEADS)
    assert (FOLDER / REPLAY).stat().st_size < 1_500_000
    assert len(replay.texts) > 1500


def test_a_few_labels_teach_a_word_and_nothing_else(models: Understanding, replay: Replay) -> None:
    """Unseen sentences with the word change, in capitals too; a plain sentence without it stays; the guard agrees."""
    taught = lesson(models, replay, SICK, {"sentiment": "positive"})
    (verdict,) = taught.verdicts
    assert verdict.applied
    assert verdict.labels == len(SICK)
    plain = TextInput(text="The servers are down again and I lost my progress")
    before = models.read([plain])[0]
    try:
        models.use_corrections(taught.adapter.numbered(3))
        unseen = models.read([TextInput(text=text) for text in UNSEEN])
        after = models.read([plain])[0]
    finally:
        models.use_corrections(Adapter.none())
    assert {reading.sentiment and reading.sentiment.label for reading in unseen} == {"positive"}
    assert after.sentiment is not None
    assert before.sentiment is not None
    assert after.sentiment.label == before.sentiment.label
    assert after.model_version == f"{before.model_version}+c3"
    assert models.read([plain])[0].model_version == before.model_version


def test_labels_that_would_break_the_rest_are_refused(models: Understanding, replay: Replay) -> None:
    """Whoever calls every good text bad is not believed."""
    known = np.flatnonzero(replay.right[:, 2] == 1)
    held = np.zeros((len(replay.texts), len(models.outputs)), np.float32)
    held[:, : len(replay.outputs)] = replay.texts.logits
    texts = replace(replay.texts, logits=held).only(known)
    wanted = targets([{"sentiment": "negative"}] * len(known), models.outputs)
    (verdict,) = teach(texts, wanted, replay, models.outputs, topics=models.topic_logits(replay.texts.vectors)).verdicts
    assert not verdict.applied
    assert verdict.note.startswith("not applied: it would break")


def test_an_adapter_survives_being_stored(models: Understanding, replay: Replay) -> None:
    """As bytes and back it says the same; other bytes are refused in a sentence."""
    adapter = lesson(models, replay, SICK, {"sentiment": "positive", "spam": "no"}).adapter.numbered(7)
    again = Adapter.load(adapter.dump())
    seen = models.untaught([TextInput(text=text) for text in UNSEEN])
    first, second = (each.residual(seen.vectors, seen.bags, models.outputs) for each in (adapter, again))
    assert np.abs(first - second).max() < 0.02
    assert again.number == 7
    for broken in (b"", b"no archive", adapter.dump()[:-40]):
        with pytest.raises(ValueError, match="cannot be read"):
            Adapter.load(broken)


def test_a_replay_set_that_is_missing_says_what_to_do(tmp_path: Path) -> None:
    """The same advice as for every other model file."""
    with pytest.raises(ModelMissing, match="Install Earful again"):
        Replay.load(tmp_path / REPLAY)


def test_words_are_one_in_every_case_and_nearly_one_in_every_form() -> None:
    """Capitals change nothing, endings little; scripts without spaces are cut into pairs of characters."""
    found = bags(["KILL it", "kill it", "killed it", "这个游戏"])
    keys = [set(found.keys[found.starts[row] : found.starts[row + 1]].tolist()) for row in range(4)]
    assert keys[0] == keys[1]
    assert keys[0] & keys[2]
    assert keys[0] != keys[2]
    assert len(keys[3]) == 3


def test_the_least_value_of_a_known_function_is_found() -> None:
    """A bowl that is steep one way and flat the other."""
    steep = np.array([1.0, 100.0, 10.0])
    found = minimise(
        lambda x: (0.5 * float((steep * (x - 3) ** 2).sum()), steep * (x - 3)), np.zeros(3), precision=1e-6
    )
    assert np.abs(found - 3).max() < 1e-4
