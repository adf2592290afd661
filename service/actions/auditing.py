"""The log of who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from service.actions.actors import Actor
from service.models import AuditEvent


def audit(
    session: Session, verb: str, noun: str, noun_id: int | None, *, by: Actor, now: datetime, **detail: Any
) -> None:
    """Note who did what. `detail` holds no words of a post or of its author: the log outlives both."""
    session.add(AuditEvent(at=now, actor=by.name, verb=verb, noun=noun, noun_id=noun_id, detail=detail))
