"""How far our work on one conversation has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWithin:
    """How soon an author should hear from us, in hours since the case was opened. By the clock: nights count."""

    urgent: float = 4.0
    usual: float = 24.0


def answer_by(opened_at: datetime, urgency: float, within: AnswerWithin) -> datetime:
    """When the author should have heard from us."""
    return opened_at + timedelta(hours=within.urgent if urgency >= URGENT_FROM else within.usual)
