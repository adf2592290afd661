"""When posts belong to an issue at all, and what the run of an issue's posts says about its state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WEEK = timedelta(days=7)
QUIET_AFTER = timedelta(days=10)  # without a new post, an issue counts as over
FIX_ARRIVES_WITHIN = timedelta(days=2)  # who reports it so soon after a fix may not have updated yet
RETURN_AT_LEAST = 2  # posts after a quiet time, before we say that an issue is back
RISE_AT_LEAST = 6  # posts in the last week, below which no rise is worth a word
RISE_FACTOR = 2.0
_PROBLEMS = frozenset({"bug_report", "complaint", "feature_request", "churn_threat"})


class IssueState(StrEnum):
    """Where an issue stands."""

    OPEN = "open"
    RISING = "rising"
    QUIET = "quiet"
    FIXED = "fixed"
    RETURNED = "returned"
    MUTED = "muted"
    MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What an issue's posts say, with the reason in words."""

    state: IssueState
    reason: str


def may_belong_to_an_issue(
    *, understood: bool, spam: float, sentiment: str | None, intents: Mapping[str, float]
) -> bool:
    """Whether a post reports something that could have a cause to find: praise and advertisements do not."""
    if not understood or spam >= 0.5:
        return False
    if _PROBLEMS & intents.keys():
        return True
    return sentiment in ("negative", "mixed") or ("question" in intents and "praise" not in intents)


def judge(times: Sequence[datetime], *, now: datetime, fixed_at: datetime | None = None) -> Judgement:
    """The state that the times of an issue's posts speak for.

    `fixed_at`: when people said that it was fixed. Posts within two days after a fix are taken for people who have not
    updated yet.
    """
    ordered = sorted(times)
    if not ordered:
        return Judgement(state=IssueState.QUIET, reason="no posts are left")
    if fixed_at is not None:
        return _after_fix([t for t in ordered if t > fixed_at + FIX_ARRIVES_WITHIN], fixed_at)
    back = _came_back(ordered)
    if now - ordered[-1] > QUIET_AFTER:
        return Judgement(state=IssueState.QUIET, reason=f"no new post for {(now - ordered[-1]).days} days")
    if back is not None:
        gap, since = back
        return Judgement(
            state=IssueState.RETURNED,
            reason=f"it was quiet for {gap.days} days; {_count(ordered, since)} since {since:%-d %B}",
        )
    return _trend(ordered, now)


def change_in_words(times: Sequence[datetime], *, now: datetime) -> str:
    """This week against the week before: "twice as many as last week"."""
    this_week, last_week = _weeks(times, now)
    if not this_week and not last_week:
        return "nothing in the last two weeks"
    if not last_week:
        return f"{_posts(this_week)} this week, none the week before"
    if not this_week:
        return f"none this week, {last_week} the week before"
    factor = this_week / last_week
    if factor >= 1.75:
        return f"{_times(factor)} as many as last week ({this_week} against {last_week})"
    if factor <= 0.6:
        return f"fewer than last week ({this_week} against {last_week})"
    return f"about as many as last week ({this_week} against {last_week})"


def _after_fix(later: Sequence[datetime], fixed_at: datetime) -> Judgement:
    if len(later) >= RETURN_AT_LEAST:
        return Judgement(
            state=IssueState.RETURNED, reason=f"{_posts(len(later))} since it was marked fixed on {fixed_at:%-d %B}"
        )
    return Judgement(state=IssueState.FIXED, reason=f"marked fixed on {fixed_at:%-d %B}")


def _came_back(ordered: Sequence[datetime]) -> tuple[timedelta, datetime] | None:
    """The last quiet time that enough posts follow, and when it ended."""
    for at in range(len(ordered) - RETURN_AT_LEAST, RETURN_AT_LEAST - 1, -1):
        gap = ordered[at] - ordered[at - 1]
        if gap > QUIET_AFTER:
            return gap, ordered[at]
    return None


def _trend(ordered: Sequence[datetime], now: datetime) -> Judgement:
    this_week, last_week = _weeks(ordered, now)
    if this_week >= RISE_AT_LEAST and this_week >= RISE_FACTOR * last_week:
        return Judgement(state=IssueState.RISING, reason=change_in_words(ordered, now=now))
    return Judgement(state=IssueState.OPEN, reason=change_in_words(ordered, now=now))


def _weeks(times: Sequence[datetime], now: datetime) -> tuple[int, int]:
    this_week = sum(now - WEEK < t <= now for t in times)
    last_week = sum(now - 2 * WEEK < t <= now - WEEK for t in times)
    return this_week, last_week


def _count(ordered: Sequence[datetime], since: datetime) -> str:
    return _posts(sum(t >= since for t in ordered))


def _posts(count: int) -> str:
    return "1 post" if count == 1 else f"{count} posts"


def _times(factor: float) -> str:
    if factor < 2.5:
        return "twice"
    return f"{factor:.0f} times"
