"""What people do about a source: have it asked again."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from service.models import AuditEvent, Source
from service.store import sources


def try_again(session: Session, name: str, *, by: str, now: datetime) -> Source:
    """Have a source listened to at the next tick, although it is parked or waiting.

    Raises:
        NotFound: no source has this name.
    """
    source = sources.try_again(session, name, now=now)
    session.add(AuditEvent(at=now, actor=by, verb="retry", noun="source", noun_id=source.id))
    return source
