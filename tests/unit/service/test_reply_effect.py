"""Did it help: the measures of replies, and when they are undefined."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.metrics import (
    FOLLOWED_FOR,
    Followed,
    first_response_hours,
    raised,
    reply_effect,
    share_with_interval,
    stars_at,
)

DAY = timedelta(days=1)
WROTE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
NOW = WROTE + timedelta(days=90)


def post(*stars: tuple[float, float], replied: float | None = None, week: str = "2026-2") -> Followed:
    """A post with stars seen so many days after it was written."""
    return Followed(
        stratum=("app_store", "Lantern", week),
        written_at=WROTE,
        stars=[(WROTE + DAY * days, number) for days, number in stars],
        replied_at=None if replied is None else WROTE + DAY * replied,
    )


def many(count: int, raised_of: int, *, replied: float | None = None, week: str = "2026-2") -> list[Followed]:
    """Posts with one star, so many of which were raised to four on the tenth day."""
    better, same = post((0, 1), (10, 4), replied=replied, week=week), post((0, 1), replied=replied, week=week)
    return [better] * raised_of + [same] * (count - raised_of)


def test_the_stars_are_those_of_the_moment() -> None:
    """Raised counts from the reply on and for thirty days; what was raised before it is not owed to it."""
    moved = post((0, 2), (3, 1), (10, 5))
    assert [stars_at(moved, WROTE + DAY * days) for days in (-1, 0, 4, 11)] == [2, 2, 1, 5]
    assert raised(moved, WROTE + DAY)
    assert not raised(moved, WROTE + DAY * 10)
    assert not raised(moved, WROTE - FOLLOWED_FOR)


def test_like_is_compared_with_like() -> None:
    """Forty of a hundred against ten of a hundred, and a week in which nobody was answered changes nothing."""
    answered = many(100, 40, replied=2)
    others = [*many(100, 10), *many(500, 500, week="2026-3"), *[post((0, 3), (10, 5))] * 300]
    found = reply_effect(answered, others, now=NOW)
    assert found.value == pytest.approx(0.3)
    assert (found.of, found.against) == (100, 100)
    assert found.low is not None
    assert found.high is not None
    assert 0.17 < found.low < 0.21
    assert 0.39 < found.high < 0.43


def test_few_say_nothing() -> None:
    """Below twenty on either side; posts whose thirty days are not over do not count; nor do none at all."""
    assert reply_effect(many(19, 9, replied=2), many(100, 10), now=NOW).value is None
    assert reply_effect(many(100, 9, replied=2), many(19, 10), now=NOW).value is None
    early = reply_effect(many(100, 40, replied=2), many(100, 10), now=WROTE + DAY * 20)
    assert (early.value, early.of) == (None, 0)
    assert reply_effect([], [], now=NOW).value is None


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Drawn a thousand times in two unequal weeks, without any effect: about one interval in twenty misses nothing."""
    chance = random.Random(7)
    held = 0
    for _ in range(1000):
        answered, others = [], []
        for week, share, replies, posts in (("a", 0.1, 15, 40), ("b", 0.3, 10, 25)):
            answered += many(replies, sum(chance.random() < share for _ in range(replies)), replied=2, week=week)
            others += many(posts, sum(chance.random() < share for _ in range(posts)), week=week)
        found = reply_effect(answered, others, now=NOW)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0 <= found.high
    assert 930 <= held <= 985


def test_the_median_has_an_interval_from_six_on() -> None:
    """By the order of what was seen: it lies among the replies themselves."""
    assert first_response_hours([1, 2, 3, 4, 5]).value is None
    found = first_response_hours([float(hour) for hour in range(1, 26)])
    assert (found.value, found.low, found.high, found.of) == (13, 8, 19, 25)


def test_a_share_of_nothing_is_undefined() -> None:
    """And one of few has a wide interval."""
    assert share_with_interval(0, 0).value is None
    found = share_with_interval(5, 10)
    assert [found.value, found.low, found.high] == pytest.approx([0.5, 0.237, 0.763], abs=0.001)
