"""The company's own topics, without training: how near a text lies to each topic's description and examples."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from nlp.base import Prediction, Topic, Vector
from nlp.heads.perceptron import sigmoid

_SLOPE, _NEAR = 14.0, 0.33  # similarity to probability, fitted on labelled sets in four languages
_ENOUGH = 0.5
_SINGLE = 0.9  # how far one example counts against the topic's middle


class TopicHead:
    """A taxonomy and its sentences' vectors: for each topic the description, then its examples."""

    def __init__(self, topics: Sequence[Topic], sentences: Vector) -> None:
        self._names = [topic.name for topic in topics]
        bounds = np.cumsum([0, *(1 + len(topic.examples) for topic in topics)])
        self._each = [sentences[first:last] for first, last in pairwise(bounds)]
        self._middles = np.array([_middle(each) for each in self._each], np.float32).reshape(
            len(topics), sentences.shape[1]
        )

    def __call__(self, vectors: Vector) -> list[tuple[Prediction, ...]]:
        """The topics that hold for each vector, strongest first."""
        if not self._names:
            return [()] * len(vectors)
        chances = sigmoid(_SLOPE * (self.nearness(vectors) - _NEAR))
        return [self._holding(row) for row in chances]

    def nearness(self, vectors: Vector) -> Vector:
        """Similarity (n, topics): to the topic's middle, or to its nearest single sentence where that is clearer."""
        singles = [_SINGLE * (vectors @ each.T).max(axis=1) for each in self._each]
        nearest: Vector = np.maximum(vectors @ self._middles.T, np.stack(singles, axis=1))
        return nearest

    def _holding(self, chances: Vector) -> tuple[Prediction, ...]:
        order = np.argsort(-chances, kind="stable")
        return tuple(
            Prediction(label=self._names[number], score=float(chances[number]))
            for number in order
            if chances[number] >= _ENOUGH
        )


def _middle(sentences: Vector) -> Vector:
    mean = sentences.mean(axis=0)
    middle: Vector = mean / max(float(np.linalg.norm(mean)), 1e-6)
    return middle
