"""Ratings of a file are put on one scale, told from its first rows."""

from __future__ import annotations

import pytest

from service.cli.tables import RatingScale, Row


def scaled(*ratings: object) -> list[float | None]:
    """What a file with these ratings is taken to say."""
    rows = [Row(line, {"rating": rating}) for line, rating in enumerate(ratings, 2)]
    scale = RatingScale()
    scale.learn(rows)
    return [scale.rating(row.values) for row in rows]


@pytest.mark.parametrize(
    ("ratings", "shares"),
    [
        ((0.0, 0.5, 1.0), [0.0, 0.5, 1.0]),
        ((1, 3, 5), [0.0, 0.5, 1.0]),
        (("1", "5", ""), [0.0, 1.0, None]),
        ((1, 10), [0.0, 1.0]),
        ((0, 50, 100), [0.0, 0.5, 1.0]),
        ((1, 5, 0), [0.0, 1.0, None]),
        (("bad", None, True, [4], float("nan")), [None] * 5),
    ],
)
def test_scales(ratings: tuple[object, ...], shares: list[float | None]) -> None:
    """0 to 1, stars, points of ten and percent are recognised; what makes no sense is no rating."""
    assert scaled(*ratings) == shares


def test_stars_are_always_of_five() -> None:
    """A column `stars` needs no guessing and comes first."""
    assert RatingScale().rating({"stars": 1, "rating": 1.0}) == 0.0
