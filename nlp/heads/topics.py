"""The company's own topics, without training: how much nearer a text lies to a topic than texts usually do.

A topic stands where the middle of its description and examples lies, moved away from what all topics of the taxonomy
share (in a phone company's taxonomy everything is about phones). How near is near is counted in standard deviations of
the nearness of ordinary texts, so that wordy and terse topics are treated alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from nlp.base import Prediction, Topic, Vector
from nlp.heads.perceptron import logit, sigmoid
from nlp.sureness import doubtful

_COMMON = 0.7  # share of the taxonomy's common direction that is taken out
_SLOPE, _EVEN = 0.6, 4.3  # standard deviations to probability, fitted on five labelled taxonomies in four languages
_ENOUGH = 0.3  # probability; the best F1 on the same taxonomies lies at 0.25


class TopicHead:
    """A taxonomy: for each topic a direction, and how near ordinary texts lie to it."""

    def __init__(
        self, topics: Sequence[Topic], sentences: Vector, background: Mapping[str, npt.NDArray[np.floating]]
    ) -> None:
        """Place the topics.

        `sentences` are the vectors (n, 512) of, for each topic, its description and then its examples; `background`
        the `mean` (512,) and `spread` (512, 512) of ordinary texts' vectors.
        """
        self._names = [topic.name for topic in topics]
        bounds = np.cumsum([0, *(1 + len(topic.examples) for topic in topics)])
        middles = [_unit(sentences[first:last].mean(axis=0)) for first, last in pairwise(bounds)]
        self._directions = np.array(middles, np.float32).reshape(len(topics), sentences.shape[1])
        if topics:
            self._directions -= _COMMON * self._directions.mean(axis=0)
        mean, spread = (np.asarray(background[name], np.float32) for name in ("mean", "spread"))
        self._usual = self._directions @ mean
        variance = np.einsum("ij,jk,ik->i", self._directions, spread, self._directions)
        self._deviation = np.sqrt(np.maximum(variance, 1e-9))

    @property
    def names(self) -> Sequence[str]:
        """The taxonomy's topics, in the order of the logits."""
        return self._names

    def logits(self, vectors: Vector) -> Vector:
        """How likely each topic is (n, topics), as log-odds."""
        found: Vector = _SLOPE * (self.nearness(vectors) - _EVEN)
        return found

    def decides_at(self) -> Vector:
        """The logits (topics,) beyond which a topic holds."""
        return np.full(len(self._names), logit(_ENOUGH), np.float32)

    def __call__(self, logits: Vector) -> list[tuple[Sequence[Prediction], Sequence[str]]]:
        """For each text the topics that hold, strongest first, and those that may as well hold as not."""
        return [(self._holding(row), self._doubtful(row)) for row in sigmoid(logits)]

    def nearness(self, vectors: Vector) -> Vector:
        """How much nearer than usual (n, topics), in standard deviations."""
        nearer: Vector = (vectors @ self._directions.T - self._usual) / self._deviation
        return nearer

    def _holding(self, chances: Vector) -> tuple[Prediction, ...]:
        order = np.argsort(-chances, kind="stable")
        return tuple(
            Prediction(label=self._names[number], score=float(chances[number]))
            for number in order
            if chances[number] >= _ENOUGH
        )

    def _doubtful(self, chances: Vector) -> Sequence[str]:
        return [name for name, chance in zip(self._names, chances, strict=True) if doubtful(float(chance), _ENOUGH)]


def _unit(vector: Vector) -> Vector:
    whole: Vector = vector / max(float(np.linalg.norm(vector)), 1e-6)
    return whole
