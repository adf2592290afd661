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
