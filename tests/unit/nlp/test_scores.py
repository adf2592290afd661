"""The measures of the evaluation and their intervals, checked by hand and against chance."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.evaluation.scores import (
    Value,
    above,
    by_label,
    calibration_error,
    calibration_error_by_chance,
    classes,
    found,
    mean,
    one_hot,
    same_group,
    share,
)

NAMES = ("a", "b")


def test_classes() -> None:
    """Averages are over the labels of the truth; an unheard-of answer is wrong."""
    scores = classes(one_hot("aabb", NAMES), one_hot(["a", "b", "b", "mixed"], NAMES))
    assert (scores.n, scores.accuracy.at, scores.macro_recall.at) == (4, 0.5, 0.5)
    assert scores.macro_f1.at == pytest.approx((2 / 3 + 1 / 2) / 2)


def test_a_label_that_the_truth_lacks_is_not_averaged() -> None:
    """Two classes in a set of two, though three could be told."""
    assert classes(one_hot("ab", "abc"), one_hot("ab", "abc")).macro_f1.at == 1


def test_classes_of_nothing() -> None:
    """No texts, no division by zero."""
    assert classes(one_hot("", NAMES), one_hot("", NAMES)).macro_f1.at == 0


def test_labels_that_hold_together() -> None:
    """Each label has its own F1; a text is right where all its labels are."""
    truth = np.array([[1, 1], [1, 0], [0, 0]], np.bool_)
    told = np.array([[1, 0], [1, 0], [0, 0]], np.bool_)
    assert [each.f1.at for each in by_label(truth, told)] == [1, 0]
    assert classes(truth, told).accuracy.at == pytest.approx(2 / 3)


def test_found() -> None:
    """Precision, recall and F1 of the positive answer."""
    scores = found([True, True, False, False], [True, False, True, False])
    assert (scores.positives, scores.precision.at, scores.recall.at, scores.f1.at) == (2, 0.5, 0.5, 0.5)


def test_found_over_pairs() -> None:
    """All pairs of texts and labels count together."""
    scores = found([[True, False], [True, True]], [[True, False], [False, True]])
    assert (scores.n, scores.positives, scores.precision.at) == (4, 3, 1)
    assert scores.recall.at == pytest.approx(2 / 3)


def test_found_nothing() -> None:
    """Where nothing is told or wanted, everything is 0."""
    assert found([False], [False]).f1.at == 0


def test_same_group() -> None:
    """Pairs count: one of three wanted pairs is found, and one of two told pairs is right."""
    scores = same_group(["a", "a", "a", "b", "c"], [1, 1, None, 2, 2])
    assert (scores.positives, scores.precision) == (3, Value(0.5))
    assert scores.recall.at == pytest.approx(1 / 3)
    assert scores.f1.at == pytest.approx(0.4)


def test_calibration_error() -> None:
    """Saying 0.8 and being right eight times of ten is perfect; being right always is off by 0.2."""
    assert calibration_error([0.8] * 10, [True] * 8 + [False] * 2).at == pytest.approx(0)
    assert calibration_error([0.8] * 10, [True] * 10).at == pytest.approx(0.2)
    assert calibration_error([1.0, 0.0], [True, False]).at == 0
    assert calibration_error([], []).at == 0


def test_few_true_probabilities_have_a_calibration_error_too() -> None:
    """By chance: half of two tosses come out even, and of many tosses nearly all do."""
    assert calibration_error_by_chance([0.5] * 2).at == pytest.approx(0.25, abs=0.02)
    assert calibration_error_by_chance([0.5] * 100_000).at < 0.003
    assert calibration_error_by_chance([0.0, 1.0]).at == 0
    assert calibration_error_by_chance([]).at == 0


def test_calibration_error_of_two_tenths() -> None:
    """Errors of different tenths add up, each with its share of the texts, and do not make up for each other."""
    error = calibration_error([0.55] * 5 + [0.95] * 5, [True] * 5 + [True] * 2 + [False] * 3)
    assert error.at == pytest.approx(0.5 * 0.45 + 0.5 * 0.55)
    assert error.low is not None
    assert error.high is not None
    assert error.low < error.at < error.high


def test_a_share_has_wilsons_interval() -> None:
    """As in the textbooks; it never leaves 0 to 1, and says nothing of nothing."""
    assert share(5, 10) == Value(0.5, pytest.approx(0.2366, abs=1e-4), pytest.approx(0.7634, abs=1e-4))
    assert share(3, 3).high == 1
    assert share(0, 0) == Value(0.0, 0.0, 1.0)


def test_intervals_hold_what_is_true() -> None:
    """Of a hundred samples of texts, ninety or more have an interval with the true recall in it, and it is not wide."""
    chance = np.random.default_rng(1)
    truth = np.eye(2, dtype=np.bool_)[np.arange(300) % 2]
    held, widths = 0, []
    for _ in range(100):
        right = chance.random(300) < np.where(truth[:, 0], 0.9, 0.6)  # so the macro-recall is 0.75
        recall = classes(truth, np.where(right[:, None], truth, ~truth)).macro_recall
        assert recall.low is not None
        assert recall.high is not None
        held += recall.low <= 0.75 <= recall.high
        widths.append(recall.high - recall.low)
    assert held >= 90
    assert 0.06 < np.mean(widths) < 0.12


def test_the_same_texts_have_the_same_interval() -> None:
    """Chance is fixed, so that two runs can be compared; and the order of texts is nothing."""
    truth, told = one_hot("aabbabab", NAMES), one_hot("abbbaaab", NAMES)
    assert classes(truth, told) == classes(truth, told) == classes(truth[::-1], told[::-1])


def test_above() -> None:
    """The same answers are above each other by nothing at all; better ones surely are."""
    truth = one_hot("ab" * 50, NAMES)
    worse = one_hot("ab" * 30 + "ba" * 20, NAMES)
    assert above(truth, worse, worse) == Value(0.0, 0.0, 0.0)
    better = above(truth, truth, worse)
    assert better.at == pytest.approx(0.4)
    assert better.low is not None
    assert better.low > 0.2


def test_mean() -> None:
    """The mean of two is surer than either."""
    assert mean([Value(0.4, 0.3, 0.5), Value(0.6, 0.5, 0.7)]) == Value(
        0.5, pytest.approx(0.5 - 0.1 / 2**0.5), pytest.approx(0.5 + 0.1 / 2**0.5)
    )
