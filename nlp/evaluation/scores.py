"""The measures: plain counting, no training library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClassScores:
    """How well one of several labels was told. Averages are over the labels that occur in the truth."""

    n: int
    macro_f1: float
    macro_recall: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class FoundScores:
    """How well something that may hold or not was found."""

    n: int
    positives: int
    precision: float
    recall: float
    f1: float


def classes(true: Sequence[str], told: Sequence[str]) -> ClassScores:
    """Scores of single labels; a told label that the truth never has counts as wrong."""
    hits = Counter(t for t, p in zip(true, told, strict=True) if t == p)
    wanted, given = Counter(true), Counter(told)
    f1 = [2 * hits[label] / (wanted[label] + given[label]) for label in wanted]
    recall = [hits[label] / wanted[label] for label in wanted]
    labels = max(len(wanted), 1)
    return ClassScores(len(true), sum(f1) / labels, sum(recall) / labels, sum(hits.values()) / max(len(true), 1))


def found(true: Sequence[bool], told: Sequence[bool]) -> FoundScores:
    """Precision, recall and F1 of the positive answer; 0 where they are undefined."""
    both = sum(t and p for t, p in zip(true, told, strict=True))
    precision = both / sum(told) if any(told) else 0.0
    recall = both / sum(true) if any(true) else 0.0
    f1 = 2 * both / (sum(true) + sum(told)) if both else 0.0
    return FoundScores(len(true), sum(true), precision, recall, f1)


def same_group(true: Sequence[Hashable], told: Sequence[int | None]) -> FoundScores:
    """Of all pairs of texts: whether they share a cluster. Texts that were told no group share one with nobody."""
    placed = [(t, p) for t, p in zip(true, told, strict=True) if p is not None]
    both = _pairs(Counter(placed).values())
    given = _pairs(Counter(p for _, p in placed).values())
    wanted = _pairs(Counter(true).values())
    precision, recall = both / max(given, 1), both / max(wanted, 1)
    f1 = 2 * both / max(given + wanted, 1)
    return FoundScores(len(true), wanted, precision, recall, f1)


def calibration_error(scores: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error: how far stated probabilities are from the share that was right, by tenths."""
    gaps = [0.0] * bins
    for score, hit in zip(scores, right, strict=True):
        gaps[min(int(score * bins), bins - 1)] += score - hit
    return sum(map(abs, gaps)) / max(len(scores), 1)


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)
