"""What sources did not let us see: noted once, kept for good, filled where history was fetched afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col

from service.models import SourceGap
from service.store.texts import storable


def note(
    session: Session, source_id: int, words: str, *, since: datetime | None, until: datetime | None, now: datetime
) -> None:
    """Note a gap. One that is open with the same words is the same gap, which then lasts longer."""
    words = storable(words)
    known = session.scalars(
        select(SourceGap).where(
            col(SourceGap.source_id) == source_id, col(SourceGap.words) == words, col(SourceGap.filled_at).is_(None)
        )
    ).first()
    if known is None:
        fresh: dict[str, Any] = {"noted_at": now, "last_noted_at": now, "since": since, "until": until}
        session.add(SourceGap(source_id=source_id, words=words, **fresh))
        return
    known.last_noted_at, known.until = now, until


def fill(session: Session, source_id: int, *, since: datetime | None, noted_before: datetime, by: str) -> int:
    """Close the open gaps that lie within a history fetched from `since` (None: all of it); returns how many."""
    within = [] if since is None else [col(SourceGap.since) >= since]
    closed = session.execute(
        update(SourceGap)
        .where(
            col(SourceGap.source_id) == source_id,
            col(SourceGap.filled_at).is_(None),
            col(SourceGap.last_noted_at) < noted_before,
            *within,
        )
        .values(filled_at=noted_before, filled_by=by)
        .returning(col(SourceGap.id))
    )
    return len(closed.all())


def of_source(session: Session, source_id: int, *, most: int) -> Sequence[SourceGap]:
    """The gaps of a source, open ones first, newest first."""
    return session.scalars(
        select(SourceGap)
        .where(col(SourceGap.source_id) == source_id)
        .order_by(col(SourceGap.filled_at).is_not(None), col(SourceGap.last_noted_at).desc())
        .limit(most)
    ).all()
