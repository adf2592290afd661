"""Fits an adapter to labels: logistic regression on top of the frozen models' own logits.

The models' logits are the starting point, and leaving them costs: what is learnt is the least that explains the labels.
Texts of the replay set hold the rest in place, each asking for the answer that it had before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.base import Vector
from nlp.learning.adapter import FEELINGS, WIDTH, Adapter
from nlp.learning.bags import BEGINNING, PAIR, Bags, Keys, kinds
from nlp.learning.minimise import Point, dot, minimise

_WORDS_GIVE = 2.5  # how readily words take up what is learnt; the vector, which moves many texts at once, less
_VECTOR_GIVES = 0.7
HELD = 0.1  # weight of one replayed text beside one label
_OF_KIND = {BEGINNING: 0.7, PAIR: 0.7}  # beside a whole word


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Texts as the adapter sees them, with the frozen models' logits, 0 being where each head decides."""

    vectors: Vector  # (n, 512)
    bags: Bags
    logits: Vector  # (n, outputs)

    def only(self, rows: Sequence[int] | npt.NDArray[np.int64]) -> Texts:
        """Some of them, in this order."""
        chosen = np.asarray(rows, np.int64)
        return Texts(self.vectors[chosen], self.bags.only(chosen), self.logits[chosen])

    def __len__(self) -> int:
        return len(self.vectors)


def feelings_at(outputs: Sequence[str]) -> list[int]:
    """Where negative, neutral and positive stand: of these, one holds."""
    return [outputs.index(name) for name in FEELINGS[:3] if name in outputs]


def fit(
    texts: Texts, wanted: Vector, replay: Texts, outputs: Sequence[str], *, strength: float = 1.0, held: float = HELD
) -> Adapter:
    """The adapter for these labels.

    Args:
        texts: those that people labelled.
        wanted: (n, outputs) 1 holds, 0 does not, NaN nobody said.
        replay: texts whose answers must stay.
        outputs: the columns' names.
        strength: the weight of a label.
        held: the weight of a replayed text.
    """
    taught = [at for at in range(len(outputs)) if not np.isnan(wanted[:, at]).all()]
    names = [outputs[at] for at in taught]
    labels = wanted[:, taught]
    weights = np.concatenate([np.where(np.isnan(labels), 0.0, strength), np.full((len(replay), len(taught)), held)])
    problem = _Problem(texts, labels, replay, taught, names, weights)
    found = minimise(problem, np.zeros(problem.size))
    by_vector, by_word = problem.weights(found)
    return Adapter(1, tuple(names), by_vector.astype(np.float32), problem.words, by_word.astype(np.float32))


class _Problem:
    """The value and the gradient of what is to be least, over all outputs at once."""

    def __init__(
        self, texts: Texts, wanted: Vector, replay: Texts, taught: list[int], names: list[str], weight: Point
    ) -> None:
        self.words = np.unique(texts.bags.keys)
        self._scales = _scales(self.words, replay.bags) * _WORDS_GIVE
        both = [texts, replay]
        self._vectors = np.concatenate([each.vectors for each in both]).astype(np.float64) * _VECTOR_GIVES
        self._base = np.concatenate([each.logits[:, taught] for each in both]).astype(np.float64)
        self._outputs = len(names)
        self._owners, self._places, self._values = self._entries(both)
        self._feelings = feelings_at(names) if len(feelings_at(names)) == 3 else []
        self._single = [at for at in range(self._outputs) if at not in self._feelings]
        self._weight = weight
        self._wanted = np.concatenate([np.nan_to_num(wanted), self._answers(self._base[len(texts) :])])
        self.size = (WIDTH + len(self.words)) * self._outputs

    def _entries(self, both: list[Texts]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Point]:
        """The words that both the labelled and the replayed texts have: text, place of the word, how much it counts."""
        keys = np.concatenate([each.bags.keys for each in both])
        owners = np.concatenate([both[0].bags.owners, both[1].bags.owners + len(both[0])])
        places = np.searchsorted(self.words, keys)
        known = places < len(self.words)
        known[known] = self.words[places[known]] == keys[known]
        return owners[known], places[known], self._scales[places[known]]

    def _answers(self, logits: Point) -> Point:
        chances = np.empty_like(logits)
        chances[:, self._single] = 0.5 * (1 + np.tanh(0.5 * logits[:, self._single]))
        if self._feelings:
            weights = np.exp(logits[:, self._feelings] - logits[:, self._feelings].max(axis=1, keepdims=True))
            chances[:, self._feelings] = weights / weights.sum(axis=1, keepdims=True)
        return chances

    def _split(self, point: Point) -> tuple[Point, Point]:
        whole = point.reshape(-1, self._outputs)
        return whole[:WIDTH], whole[WIDTH:]

    def weights(self, point: Point) -> tuple[Point, Point]:
        """What one unit of the vector, and each word, adds."""
        by_vector, by_word = self._split(point)
        return by_vector * _VECTOR_GIVES, by_word * self._scales[:, None]

    def __call__(self, point: Point) -> tuple[float, Point]:
        by_vector, by_word = self._split(point)
        logits = self._base + np.einsum("ij,jk->ik", self._vectors, by_vector)
        for column in range(self._outputs):
            said = self._values * by_word[self._places, column]
            logits[:, column] += np.bincount(self._owners, said, minlength=len(logits))
        miss = (self._answers(logits) - self._wanted) * self._weight
        slope_of_words = np.empty_like(by_word)
        for column in range(self._outputs):
            felt = self._values * miss[self._owners, column]
            slope_of_words[:, column] = np.bincount(self._places, felt, minlength=len(by_word))
        slope = np.concatenate([np.einsum("ij,ik->jk", self._vectors, miss), slope_of_words]).ravel() + point
        return self._loss(logits) + 0.5 * dot(point, point), slope

    def _loss(self, logits: Point) -> float:
        single = logits[:, self._single]
        wanted, weight = self._wanted[:, self._single], self._weight[:, self._single]
        total = float((weight * (np.logaddexp(0, single) - wanted * single)).sum())
        if self._feelings:
            three = logits[:, self._feelings]
            wanted, weight = self._wanted[:, self._feelings], self._weight[:, self._feelings]
            whole = np.logaddexp.reduce(three, axis=1)
            total += float((weight * wanted * (whole[:, None] - three)).sum())
        return total


def _scales(words: Keys, replay: Bags) -> Point:
    """How much each word may take up: rare ones most, those that stand in every text next to nothing."""
    known, counts = np.unique(replay.keys, return_counts=True)
    at = np.minimum(np.searchsorted(known, words), len(known) - 1) if len(known) else np.zeros(len(words), np.int64)
    seen = np.where(known[at] == words, counts[at], 0) if len(known) else np.zeros(len(words))
    rare = np.log((len(replay) + 1) / (seen + 1)) / np.log(len(replay) + 2)
    kind = kinds(words)
    for which, weight in _OF_KIND.items():
        rare = np.where(kind == which, rare * weight, rare)
    return np.asarray(rare, np.float64)
