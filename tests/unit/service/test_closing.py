"""Who is told that an issue is fixed, in which pace, and how far it has come."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.domain import closing
from service.domain.closing import Chosen, Pace, Report, Standing, choose, digest_of, in_words, standing, turns

FIXED = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def report(post_id: int, author_id: int | None, days: float, **more: Any) -> Report:
    """A post so many days before the fix, which can be answered."""
    given: dict[str, Any] = {"customer_id": None, "answerable": True, **more}
    return Report(post_id=post_id, author_id=author_id, written_at=FIXED - timedelta(days=days), **given)


def test_each_person_once_with_their_newest_post() -> None:
    """Five posts of one author are one person; a customer with two accounts is one as well."""
    found = choose(
        [report(1, 7, 5), report(2, 7, 1), report(3, 8, 3, customer_id=9), report(4, 9, 2, customer_id=9)],
        told={},
        fixed_at=FIXED,
    )
    assert found == [Chosen(key="author:7", post_id=2), Chosen(key="customer:9", post_id=4)]


def test_where_the_newest_cannot_be_answered_an_older_one_is() -> None:
    """Somebody who wrote on two platforms is told on the one that has a door."""
    written = [report(1, 7, 5), report(2, 8, 1, answerable=False)]
    tied = [replace(each, customer_id=3) for each in written]
    assert choose(tied, told={}, fixed_at=FIXED) == [Chosen(key="customer:3", post_id=1)]


@pytest.mark.parametrize(
    ("written", "told", "reason"),
    [
        (report(1, None, 1), {}, closing.UNKNOWN),
        (report(1, 7, 1, answerable=False), {}, closing.NO_DOOR),
        (report(1, 7, 1, dismissed=True), {}, closing.DISMISSED),
        (report(1, 7, 3), {"author:7": FIXED - timedelta(days=2)}, closing.TOLD_BEFORE),
        (report(1, 7, 1), {"author:7": FIXED - timedelta(days=2)}, ""),
        (report(1, 7, -1), {}, ""),
        (report(1, 7, -3), {}, closing.AFTER_THE_FIX),
    ],
)
def test_who_cannot_be_told_has_a_reason(written: Report, told: dict[str, datetime], reason: str) -> None:
    """Nobody is told twice of what they did not report again, nor that what they just saw is gone."""
    (found,) = choose([written], told=told, fixed_at=FIXED)
    assert found.reason == reason


@pytest.mark.parametrize(
    ("reply", "given", "expected"),
    [
        (None, {}, Standing.CANNOT),
        ("draft", {"reason": closing.NO_DOOR}, Standing.CANNOT),
        ("manual", {"refused": True}, Standing.CANNOT),
        ("sent", {"refused": True}, Standing.TOLD),
        ("draft", {}, Standing.TO_REVIEW),
        ("draft", {"agreed": True}, Standing.WAITING),
        ("draft", {"agreed": True, "left": True}, Standing.TO_REVIEW),
        ("draft", {"agreed": True, "ticked": False}, Standing.LEFT_OUT),
        ("uncertain", {"left": True}, Standing.GOING),
        ("manual", {"left": True}, Standing.BY_HAND),
        ("failed", {"left": True}, Standing.FAILED),
        ("dropped", {}, Standing.FAILED),
        ("sent", {"left": True}, Standing.TOLD),
        ("sent", {"left": True, "removed": True}, Standing.FAILED),
    ],
)
def test_how_far_a_person_has_come(reply: str | None, given: dict[str, Any], expected: Standing) -> None:
    """From the row and the state of the reply alone."""
    row: dict[str, Any] = {"reason": "", "refused": False, "ticked": True, "agreed": False, "left": False}
    row |= {"removed": False, **given}
    assert standing(reply=reply, **row) is expected


def test_counts_in_words() -> None:
    """Told of all, what is under way, and why the rest cannot."""
    reached = [*[Standing.TOLD] * 61, *[Standing.WAITING] * 12, *[Standing.LEFT_OUT] * 2, *[Standing.CANNOT] * 9]
    reasons = [closing.UNKNOWN] * 4 + [closing.NO_DOOR] * 5
    assert in_words(reached, reasons) == (
        "Told 61 of 84; 2 left out; 12 waiting for their turn; 9 cannot be told: "
        "nobody can be answered there (5) and their author is not known (4)."
    )
    assert in_words([], []) == "Nobody reported it."


def test_platforms_have_their_pace() -> None:
    """One at once on each platform, then one every few minutes; by hand at any time; what left before counts."""
    waiting = [(1, "reddit"), (2, "reddit"), (3, "mastodon"), (4, None), (5, None), (6, "mastodon")]
    pace = Pace(an_hour=20, an_hour_on={"reddit": 6})
    assert turns(waiting, last={}, pace=pace, now=FIXED) == ([1, 3, 4, 5], FIXED + HOUR / 20)
    last = {"reddit": FIXED - HOUR / 12, "mastodon": FIXED - HOUR}
    assert turns([(2, "reddit"), (6, "mastodon")], last=last, pace=pace, now=FIXED) == ([6], FIXED + HOUR / 12)
    assert turns([], last=last, pace=pace, now=FIXED) == ([], None)


def test_a_release_is_bound_to_everybody_s_words() -> None:
    """Whatever the order; other words, or another person, is another digest."""
    assert digest_of([(1, "a"), (2, "b")]) == digest_of([(2, "b"), (1, "a")])
    assert len({digest_of([(1, "a")]), digest_of([(1, "b")]), digest_of([(2, "a")]), digest_of([])}) == 4


def test_who_wrote_again_is_found() -> None:
    """Posts after their author was told, newest first."""
    told = {"author:7": FIXED + HOUR}
    later = [report(2, 7, -1), report(3, 7, -2)]
    assert closing.wrote_again([report(1, 7, 1), *later, report(4, 8, -1)], told) == [3, 2]
