"""What the run of an issue's posts says about its state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.issues import IssueState, change_in_words, judge, may_belong_to_an_issue

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def days_ago(*days: float) -> list[datetime]:
    """Moments before now."""
    return [NOW - timedelta(days=day) for day in days]


@pytest.mark.parametrize(
    ("days", "state", "words"),
    [
        ((0.5, 3, 9, 10), IssueState.OPEN, "about as many as last week (2 against 2)"),
        ((0.1, 0.2, 1, 2, 3, 4, 8, 9, 10), IssueState.RISING, "twice as many as last week (6 against 3)"),
        ((1, 2, 3, 4, 5, 6), IssueState.RISING, "6 posts this week, none the week before"),
        ((1, 2, 3), IssueState.OPEN, "3 posts this week, none the week before"),
        ((13, 15, 20), IssueState.QUIET, "no new post for 13 days"),
        ((1, 2, 25, 26, 27), IssueState.RETURNED, "it was quiet for 23 days; 2 posts since 18 November"),
        ((1, 25, 26, 27), IssueState.OPEN, "1 post this week, none the week before"),
        ((20, 21, 40, 41), IssueState.QUIET, "no new post for 20 days"),
        ((), IssueState.QUIET, "no posts are left"),
    ],
    ids=[
        "steady",
        "rising",
        "rising from nothing",
        "too few",
        "quiet",
        "back",
        "one straggler",
        "back and over",
        "empty",
    ],
)
def test_a_state_is_told_from_the_times(days: Sequence[float], state: IssueState, words: str) -> None:
    """Each state, with the reason that people read."""
    verdict = judge(days_ago(*days), now=NOW)

    assert (verdict.state, verdict.reason) == (state, words)


def test_after_a_fix_stragglers_do_not_bring_it_back() -> None:
    """Posts within two days after a fix come from people who have not updated."""
    fixed_at = NOW - timedelta(days=6)

    assert judge(days_ago(5, 4.5, 8), now=NOW, fixed_at=fixed_at).state == IssueState.FIXED
    assert judge(days_ago(1, 2, 8), now=NOW, fixed_at=fixed_at).state == IssueState.RETURNED


@given(st.lists(st.floats(0, 60), max_size=40), st.randoms(use_true_random=False))
def test_the_order_in_which_posts_are_found_does_not_matter(days: list[float], random: object) -> None:
    """A backlog that is read newest first comes to the same state."""
    times = days_ago(*days)
    shuffled = list(times)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert judge(times, now=NOW) == judge(shuffled, now=NOW)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((1, 2, 3, 4, 5, 6, 8), "6 times as many as last week (6 against 1)"),
        ((1, 8, 9, 10), "fewer than last week (1 against 3)"),
        ((8, 9), "none this week, 2 the week before"),
        ((20,), "nothing in the last two weeks"),
    ],
)
def test_a_change_is_said_in_words(days: Sequence[float], words: str) -> None:
    """Numbers with their period, no percent of small counts."""
    assert change_in_words(days_ago(*days), now=NOW) == words


@pytest.mark.parametrize(
    ("sentiment", "intents", "spam", "understood", "expected"),
    [
        ("positive", {"praise": 0.9}, 0.0, True, False),
        ("negative", {}, 0.0, True, True),
        ("positive", {"bug_report": 0.8}, 0.0, True, True),
        ("neutral", {"question": 0.8}, 0.0, True, True),
        ("negative", {"bug_report": 0.8}, 0.9, True, False),
        ("negative", {"bug_report": 0.8}, 0.0, False, False),
        (None, {}, 0.0, True, False),
    ],
    ids=["praise", "negative", "a bug in praise", "question", "spam", "not understood", "nothing read"],
)
def test_only_reports_of_something_are_grouped(
    sentiment: str | None, intents: dict[str, float], spam: float, understood: bool, expected: bool
) -> None:
    """Praise and advertisements have no cause to find."""
    assert may_belong_to_an_issue(understood=understood, spam=spam, sentiment=sentiment, intents=intents) is expected
