"""How far our work on one conversation has come."""

from __future__ import annotations

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
