"""What people do about a source: have it asked again, have its history fetched."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from service.errors import Conflict
from service.models import AuditEvent, Backfill, Source
from service.models.columns import id_of
from service.pipeline import flow
from service.pipeline.outcome import Queue
from service.store import backfills, sources


def try_again(session: Session, name: str, *, by: str, now: datetime) -> Source:
    """Have a source listened to at the next tick, although it is parked or waiting.

    Raises:
        NotFound: no source has this name.
    """
    source = sources.try_again(session, name, now=now)
    session.add(AuditEvent(at=now, actor=by, verb="retry", noun="source", noun_id=source.id))
    return source


def fetch_history(
    session: Session, name: str, *, since: datetime | None, by: str, now: datetime, queue: Queue
) -> Backfill:
    """Have a source's history fetched behind live listening, as far back as `since` or the platform lets us.

    What was begun and not finished goes on where it stopped.

    Raises:
        NotFound: no source has this name.
        Conflict: it is switched off.
    """
    source = sources.named(session, name)
    if not source.enabled:
        raise Conflict(f"{name} is switched off in sources.yaml, so its history is not fetched either.")
    begun = backfills.ask(session, id_of(source), since=since, now=now)
    queue(session, [flow.backfill(id_of(source))])
    detail = {"since": since.isoformat() if since else None}
    session.add(AuditEvent(at=now, actor=by, verb="backfill", noun="source", noun_id=source.id, detail=detail))
    return begun
