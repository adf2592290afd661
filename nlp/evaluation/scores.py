"""The measures, each with the interval that holds its true value 95 times in a hundred; counting, no training library.

Intervals of shares are Wilson's. The others come from a thousand resamples of the texts (bootstrap), always the same
ones. Texts that look alike to a measure are drawn together, as one multinomial draw, so it takes milliseconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from nlp.interval import wilson

Flags: TypeAlias = npt.NDArray[np.bool_]
Marks: TypeAlias = npt.NDArray[np.bool_]  # (texts, labels): which labels hold
_Counts: TypeAlias = npt.NDArray[np.int64]
_Floats: TypeAlias = npt.NDArray[np.float64]

_DRAWS = 1000
_DRAW = 23
_ENDS = (2.5, 97.5)  # percentiles


@dataclass(frozen=True, slots=True)
class Value:
    """A measure, and from where to where it may truly lie; no ends where nobody can say."""

    at: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ClassScores:
    """How well labels were told. Averages are over the labels that occur in the truth."""

    n: int
    macro_f1: Value
    macro_recall: Value
    accuracy: Value  # the texts of which all labels are told rightly


@dataclass(frozen=True, slots=True)
class FoundScores:
    """How well something that may hold or not was found."""

    n: int
    positives: int
    precision: Value
    recall: Value
    f1: Value


def share(right: int, of: int) -> Value:
    """A plain share; 0 where there is nothing."""
    low, high = wilson(right, of)
    return Value(right / of if of else 0.0, low, high)


def one_hot(labels: Iterable[str], names: Sequence[str]) -> Marks:
    """Single labels as marks; a label that has no name among these leaves its row empty."""
    wanted = np.array(list(labels), dtype=object).reshape(-1, 1)
    marks: Marks = wanted == np.array(list(names), dtype=object)
    return marks


def classes(truth: Marks, told: Marks) -> ClassScores:
    """Scores of labels; a text without any told label, such as a refused one, counts as wrong."""
    (true, given), counts = _patterns(truth, told)
    known = _occurring(truth)
    return ClassScores(
        len(truth),
        _resampled(counts, lambda weights: _macro_f1(weights, true, given, known)),
        _resampled(counts, lambda weights: _macro_recall(weights, true, given, known)),
        share(int((truth == told).all(axis=1).sum()), len(truth)),
    )


def by_label(truth: Marks, told: Marks) -> list[FoundScores]:
    """Precision, recall and F1 of each label."""
    return [found(truth[:, label], told[:, label]) for label in range(truth.shape[1])]


def found(truth: npt.ArrayLike, told: npt.ArrayLike) -> FoundScores:
    """Precision, recall and F1 of the positive answer, over texts or all pairs of texts and labels; 0 for 0 / 0."""
    true, given = (np.atleast_2d(np.asarray(marks, np.bool_).T).T for marks in (truth, told))
    (wanted, answered), counts = _patterns(true, given)
    both, right, said = (marks.sum(axis=1) for marks in (wanted & answered, wanted, answered))
    return FoundScores(
        true.size,
        int(true.sum()),
        _resampled(counts, lambda weights: _ratio(weights @ both, weights @ said)),
        _resampled(counts, lambda weights: _ratio(weights @ both, weights @ right)),
        _resampled(counts, lambda weights: _ratio(2 * (weights @ both), weights @ (right + said))),
    )


def above(truth: Marks, told: Marks, other: Marks) -> Value:
    """By how much the macro-F1 of one answer is above another's, on the same texts."""
    (true, given, theirs), counts = _patterns(truth, told, other)
    known = _occurring(truth)

    def measure(weights: _Floats) -> _Floats:
        more: _Floats = _macro_f1(weights, true, given, known) - _macro_f1(weights, true, theirs, known)
        return more

    return _resampled(counts, measure)


def calibration_error(scores: npt.ArrayLike, right: npt.ArrayLike, bins: int = 10) -> Value:
    """Expected calibration error: how far stated probabilities are from the share that was right, by tenths.

    Resampling adds to small errors, so the interval errs to the worse side.
    """
    stated, hits = np.asarray(scores, np.float64), np.asarray(right, np.int64)
    cells = _tenths(stated, bins) * 2 + hits
    counts = np.bincount(cells, minlength=2 * bins)
    # Within a tenth all stated probabilities are taken as their mean, which leaves the error as it is.
    means = np.bincount(cells, weights=stated, minlength=2 * bins) / np.maximum(counts, 1)
    gaps = means - np.arange(2 * bins) % 2
    return _resampled(
        counts, lambda weights: np.abs((weights * gaps).reshape(-1, bins, 2).sum(2)).sum(1) / max(len(stated), 1)
    )


def calibration_error_by_chance(scores: npt.ArrayLike, bins: int = 10) -> Value:
    """The error that these probabilities would show if every one of them were true: few texts never come out even."""
    stated = np.asarray(scores, np.float64)
    cells = _tenths(stated, bins)
    counts = np.bincount(cells, minlength=bins)
    means = np.bincount(cells, weights=stated, minlength=bins) / np.maximum(counts, 1)
    hits = np.random.default_rng(_DRAW).binomial(counts, means.clip(0, 1), size=(_DRAWS, bins))
    return Value(float(np.abs(hits - counts * means).sum(1).mean()) / max(len(stated), 1))


def _tenths(stated: _Floats, bins: int) -> _Counts:
    tenths: _Counts = np.minimum((stated * bins).astype(np.int64), bins - 1)
    return tenths


def mean(values: Sequence[Value]) -> Value:
    """The plain mean of measures of different texts."""
    at = float(np.mean([each.at for each in values]))
    below = sum((each.at - (each.at if each.low is None else each.low)) ** 2 for each in values) ** 0.5
    over = sum(((each.at if each.high is None else each.high) - each.at) ** 2 for each in values) ** 0.5
    return Value(at, at - below / len(values), at + over / len(values))


def same_group(true: Sequence[Hashable], told: Sequence[int | None]) -> FoundScores:
    """Of all pairs of texts: whether they share a cluster. Texts that were told no group share one with nobody.

    Pairs hang together, so there are no intervals.
    """
    placed = [(t, p) for t, p in zip(true, told, strict=True) if p is not None]
    both = _pairs(Counter(placed).values())
    given = _pairs(Counter(p for _, p in placed).values())
    wanted = _pairs(Counter(true).values())
    precision, recall = both / max(given, 1), both / max(wanted, 1)
    f1 = 2 * both / max(given + wanted, 1)
    return FoundScores(len(true), wanted, Value(precision), Value(recall), Value(f1))


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def _patterns(*marks: Marks) -> tuple[list[Marks], _Counts]:
    """The different rows of marks that stand side by side, and how many texts have each."""
    widths = np.cumsum([each.shape[1] for each in marks])
    different, counts = np.unique(np.concatenate(marks, axis=1), axis=0, return_counts=True)
    return np.split(different, widths[:-1], axis=1), counts


def _resampled(counts: _Counts, measure: Callable[[_Floats], _Floats]) -> Value:
    """The measure of rows with these counts. `measure` takes weights (draws, rows)."""
    total = int(counts.sum())
    if not total:
        return Value(0.0)
    at = float(measure(counts[None].astype(np.float64))[0])
    draws = np.random.default_rng(_DRAW).multinomial(total, counts / total, size=_DRAWS).astype(np.float64)
    low, high = np.percentile(measure(draws), _ENDS)
    return Value(at, min(float(low), at), max(float(high), at))


def _occurring(truth: Marks) -> Flags:
    """The labels that the truth has."""
    occurring: Flags = np.logical_or.reduce(truth, axis=0)
    return occurring


def _macro_f1(weights: _Floats, truth: Marks, told: Marks, known: Flags) -> _Floats:
    both, either = weights @ (truth & told), weights @ (truth.astype(np.int64) + told)
    return _average(_ratio(2 * both, either), known)


def _macro_recall(weights: _Floats, truth: Marks, told: Marks, known: Flags) -> _Floats:
    return _average(_ratio(weights @ (truth & told), weights @ truth), known)


def _average(by_label: _Floats, known: Flags) -> _Floats:
    averages: _Floats = by_label[:, known].sum(axis=1) / max(int(known.sum()), 1)
    return averages


def _ratio(over: _Floats, under: _Floats) -> _Floats:
    ratios: _Floats = over / np.maximum(under, 1e-12)
    return ratios
