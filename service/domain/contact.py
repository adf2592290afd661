"""Who asked not to be written to, and what may still be said to them: decision 37."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

ASKED_NOT_TO = "They asked not to be contacted."

_TOLD_NOTHING = "Nothing that they did not ask for is told to them."
_BEFORE = "What they wrote before that is not answered any more."
_CONFIRM = (
    "They wrote this after that: where it asks us something, open the reply on the post's page and say that it answers "
    "a new question of theirs."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """That somebody does not want to be written to, as one of us noted it."""

    id: int
    at: datetime
    noted_by: str
    reason: str  # for us alone; empty where it went with its author
    of_customer: bool  # noted of a customer's record, and not of one account


def fingerprint(scope: str, account: str) -> str:
    """What an account is known again by when nothing else of it is kept: it tells no name, and needs none."""
    return hashlib.sha256(f"{scope}\0{account}".encode("utf-8", "replace")).hexdigest()


def why_not(
    refusal: Refusal | None, *, written_at: datetime, confirmed: int | None = None, telling: bool = False
) -> str:
    """Why words may not leave for the author of a post, in sentences; empty where they may.

    `written_at`: of the post. `confirmed`: the refusal that the words' writer saw, and in spite of which they answer a
    new question of its author. `telling`: the words tell of a fix, which nobody asked for.
    """
    if refusal is None:
        return ""
    if telling:
        return f"{ASKED_NOT_TO} {_TOLD_NOTHING}"
    if written_at <= refusal.at:
        return f"{ASKED_NOT_TO} {_BEFORE}"
    return "" if confirmed == refusal.id else f"{ASKED_NOT_TO} {_CONFIRM}"
