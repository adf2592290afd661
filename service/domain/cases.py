"""How far our work on one conversation has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum


class CaseState(StrEnum):
    """The states of a case."""

    NEW = "new"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    SOLVED = "solved"
    DISMISSED = "dismissed"


CLOSED = frozenset({CaseState.SOLVED, CaseState.DISMISSED})
"""What nobody needs to look at any more, until somebody opens it again."""

URGENT_FROM = 0.75
"""The urgency from which a case is to be answered as soon as an urgent one."""

_MORNING = time(9)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWithin:
    """How soon an author should hear from us, in hours since the case was opened. By the clock: nights count."""

    urgent: float = 4.0
    usual: float = 24.0


def answer_by(opened_at: datetime, urgency: float, within: AnswerWithin) -> datetime:
    """When the author should have heard from us."""
    return opened_at + timedelta(hours=within.urgent if urgency >= URGENT_FROM else within.usual)


def sleeps_until(when: str, day: str, now: datetime) -> datetime | None:
    """Until when a case sleeps: "hour", "tomorrow", "week" (Monday), or else on the day that is given as 2026-03-01.

    Mornings are nine o'clock in the zone of `now`. None: nothing of this was chosen.
    """
    if when == "hour":
        return now + timedelta(hours=1)
    days = {"tomorrow": 1, "week": 7 - now.weekday()}.get(when)
    try:
        chosen = now.date() + timedelta(days=days) if days else date.fromisoformat(day)
    except ValueError:
        return None
    return datetime.combine(chosen, _MORNING, now.tzinfo)


def why_dismissed(reason: str, said: str) -> str:
    """Why nothing is done about a case: a reason of the list with what was said besides, or what was said alone."""
    return said.strip() if reason == "other" else ": ".join(filter(None, [reason, said.strip()]))
