"""What the shipped models answer to an exam, and how sure they say they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from nlp.base import Reading, TextInput, Vector
from nlp.evaluation.exams import Exam, Task
from nlp.evaluation.scores import Flags, Marks, one_hot
from nlp.heads.perceptron import sigmoid
from nlp.learning.adapter import output_of
from nlp.runtime import Understanding

_EVEN = 0.5  # from which the product takes a text for spam or abuse


@dataclass(frozen=True, slots=True, eq=False)
class Doubts:
    """What the models say of n answers of theirs."""

    understood: Flags  # whether there is an answer at all
    unsure: Flags  # whether it is called a guess
    sureness: Vector  # (n,): a higher number is a surer answer of this task
    stated: Mapping[str, Vector]  # (n,) each: the chance of a label, or under the task's name that the answer is right

    def only(self, keep: Flags) -> Doubts:
        """Those of some texts."""
        stated = {name: chances[keep] for name, chances in self.stated.items()}
        return Doubts(self.understood[keep], self.unsure[keep], self.sureness[keep], stated)

    def about(self, labels: Sequence[str]) -> Doubts:
        """With the chances of some labels alone."""
        return replace(self, stated={label: self.stated[label] for label in labels})

    @classmethod
    def together(cls, parts: Sequence[Doubts]) -> Doubts:
        """Those of several lots of texts, one after the other."""
        return cls(
            np.concatenate([each.understood for each in parts]),
            np.concatenate([each.unsure for each in parts]),
            np.concatenate([each.sureness for each in parts]),
            {name: np.concatenate([each.stated[name] for each in parts]) for name in parts[0].stated},
        )


def answer(models: Understanding, exam: Exam, texts: Sequence[TextInput]) -> tuple[Marks, Doubts]:
    """What holds (n, labels): nothing where a text is not understood. Texts should come without ratings, which tell."""
    readings = models.read(texts)
    told, sureness, stated = _ANSWERS[exam.task](models, exam, texts, readings)
    understood = np.array([reading.understood for reading in readings], np.bool_)
    told[~understood] = False
    guesses = {str(exam.task), *map(output_of, exam.labels)}
    unsure = np.array([bool(guesses & reading.unsure) for reading in readings], np.bool_)
    return told, Doubts(understood, unsure, sureness, stated)


_Said: TypeAlias = tuple[Marks, Vector, Mapping[str, Vector]]


def _sentiment(_: Understanding, exam: Exam, __: Sequence[TextInput], readings: Sequence[Reading]) -> _Said:
    """One answer with one probability; `mixed` is none of the exam's labels and so counts as wrong."""
    given = [reading.sentiment for reading in readings]
    told = one_hot([str(each.label) if each else "" for each in given], exam.labels)
    score = np.array([each.score if each else 0.0 for each in given], np.float32)
    return told, score, {str(Task.SENTIMENT): score}


def _intents(models: Understanding, exam: Exam, texts: Sequence[TextInput], readings: Sequence[Reading]) -> _Said:
    """A probability for each intent, whether it holds or not; as sure as the intent nearest to its threshold."""
    names = [{str(each.label) for each in reading.intents} for reading in readings]
    told = np.array([[label in held for label in exam.labels] for held in names], np.bool_)
    columns = [models.outputs.index(output_of(label)) for label in exam.labels]
    logits = models.untaught(texts).logits[:, columns]
    chances = sigmoid(logits + models.decides_at[columns])
    sureness: Vector = np.abs(logits).min(axis=1)
    return told.reshape(len(texts), len(columns)), sureness, dict(zip(exam.labels, chances.T, strict=True))


def _one_chance(of: Callable[[Reading], float]) -> Callable[..., _Said]:
    """An answer that is one probability: the exam's second label holds from one half on."""

    def said(_: Understanding, exam: Exam, __: Sequence[TextInput], readings: Sequence[Reading]) -> _Said:
        chances = np.array([of(reading) for reading in readings], np.float32)
        holds = chances >= _EVEN
        return np.stack([~holds, holds], axis=1), np.abs(chances - _EVEN), {exam.labels[1]: chances}

    return said


_ANSWERS: Mapping[Task, Callable[..., _Said]] = {
    Task.SENTIMENT: _sentiment,
    Task.INTENTS: _intents,
    Task.SPAM: _one_chance(lambda reading: reading.spam),
    Task.TOXICITY: _one_chance(lambda reading: reading.toxicity),
}
