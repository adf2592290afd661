"""The measures of the evaluation, checked by hand."""

from __future__ import annotations

import pytest

from nlp.evaluation.scores import calibration_error, classes, found, same_group


def test_classes() -> None:
    """Averages are over the labels of the truth; an unheard-of answer is wrong."""
    scores = classes(["a", "a", "b", "b"], ["a", "b", "b", "mixed"])
    assert (scores.n, scores.accuracy, scores.macro_recall) == (4, 0.5, 0.5)
    assert scores.macro_f1 == pytest.approx((2 / 3 + 1 / 2) / 2)


def test_classes_of_nothing() -> None:
    """No texts, no division by zero."""
    assert classes([], []).macro_f1 == 0


def test_found() -> None:
    """Precision, recall and F1 of the positive answer."""
    scores = found([True, True, False, False], [True, False, True, False])
    assert (scores.positives, scores.precision, scores.recall, scores.f1) == (2, 0.5, 0.5, 0.5)


def test_found_nothing() -> None:
    """Where nothing is told or wanted, everything is 0."""
    assert found([False], [False]).f1 == 0


def test_same_group() -> None:
    """Pairs count: one of three wanted pairs is found, and one of two told pairs is right."""
    scores = same_group(["a", "a", "a", "b", "c"], [1, 1, None, 2, 2])
    assert (scores.positives, scores.precision) == (3, 0.5)
    assert scores.recall == pytest.approx(1 / 3)
    assert scores.f1 == pytest.approx(0.4)


def test_calibration_error() -> None:
    """Saying 0.8 and being right eight times of ten is perfect; being right always is off by 0.2."""
    assert calibration_error([0.8] * 10, [True] * 8 + [False] * 2) == pytest.approx(0)
    assert calibration_error([0.8] * 10, [True] * 10) == pytest.approx(0.2)
