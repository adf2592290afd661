"""Review bombs told apart from defects and from ordinary bad days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from service.domain.bursts import Burst, Complaint, find_bursts

UNTIL = datetime(2026, 3, 20, tzinfo=UTC)
SINCE = UNTIL - timedelta(days=7)
HEARD_FROM = SINCE - timedelta(days=28)


def complaint(at: datetime, **changed: Any) -> Complaint:
    """A short negative post about prices, on the first source."""
    usual = Complaint(at=at, source_id=1, product="Ironwake", length=40, topics=("pricing",), names_defect=False)
    return replace(usual, **changed)


def burst_of(posts: int, *, begins: datetime = SINCE + timedelta(days=2), **changed: Any) -> list[Complaint]:
    """That many within a day."""
    return [complaint(begins + timedelta(hours=24) * at / posts, **changed) for at in range(posts)]


def found_in(complaints: Sequence[Complaint], *, heard_from: datetime = HEARD_FROM) -> list[Burst]:
    """The bursts of the last seven days."""
    return find_bursts(complaints, since=SINCE, until=UNTIL, heard_from=heard_from)


def test_many_short_complaints_at_once_that_name_nothing_broken() -> None:
    """The burst says how many, in which time, about what, and against what is usual."""
    usual = [complaint(HEARD_FROM + timedelta(days=day), topics=("story",)) for day in range(28)]

    (burst,) = found_in([*usual, *burst_of(30)])

    assert (burst.posts, burst.topic, burst.about_topic, burst.defects) == (30, "pricing", 30, 0)
    assert burst.hours == 24
    assert burst.names_no_defect
    assert burst.times_usual is not None
    assert 20 < burst.times_usual < 30


def test_a_burst_that_reports_bugs_is_a_defect() -> None:
    """It is found, and not taken for a review bomb."""
    (burst,) = found_in(burst_of(30, names_defect=True, topics=("crashes",)))

    assert burst.defects == 30
    assert not burst.names_no_defect


def test_long_reviews_are_no_bomb() -> None:
    """Thirty people who explain themselves are to be read, not waved through."""
    (burst,) = found_in(burst_of(30, length=900))

    assert not burst.names_no_defect


def test_what_always_comes_in_such_numbers_is_no_burst() -> None:
    """Twenty a day, every day: nothing happened."""
    steady = [complaint(HEARD_FROM + timedelta(hours=1.2) * at) for at in range(35 * 20)]

    assert found_in(steady) == []


def test_a_few_complaints_are_a_bad_day() -> None:
    """Nine, where none is usual."""
    assert found_in(burst_of(9)) == []


def test_before_the_period_is_not_this_digests_news() -> None:
    """The same burst a week earlier was told a week earlier."""
    assert found_in(burst_of(30, begins=SINCE - timedelta(days=5))) == []


def test_without_a_past_nothing_can_be_called_unusual() -> None:
    """A source that was first heard two days ago may always be like this."""
    assert found_in(burst_of(30, begins=UNTIL - timedelta(days=2)), heard_from=UNTIL - timedelta(days=2)) == []


def test_places_do_not_add_up() -> None:
    """Eight here and eight there are two bad days, not one storm."""
    assert found_in([*burst_of(8), *burst_of(8, source_id=2), *burst_of(8, product="Lantern Hollow")]) == []


def test_no_topic_is_named_that_less_than_half_are_about() -> None:
    """Ten of thirty are not what it was about."""
    mixed = [*burst_of(10, topics=("story",)), *burst_of(20, topics=())]

    (burst,) = found_in(mixed)

    assert (burst.topic, burst.about_topic) == (None, 0)


def test_two_bursts_in_one_week() -> None:
    """Each is told, the larger one first."""
    found = found_in([*burst_of(15, begins=SINCE), *burst_of(25, begins=SINCE + timedelta(days=5))])

    assert [burst.posts for burst in found] == [25, 15]
