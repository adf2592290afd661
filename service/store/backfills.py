"""Histories to be fetched: asked for, carried on, and how far they are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from service.domain.backfills import BackfillState, progress
from service.models import Backfill


def ask(session: Session, source_id: int, *, since: datetime | None, now: datetime) -> Backfill:
    """Have a source's history fetched. One that reaches as far and is not done goes on where it is."""
    known = of_source(session, source_id, lock=True)
    if known is not None and known.since == since and known.state != BackfillState.DONE:
        known.state, known.reason, known.failure_count = BackfillState.RUNNING, "", 0
        return known
    if known is not None:
        session.delete(known)
        session.flush()
    begun = Backfill(source_id=source_id, since=since, asked_at=now, updated_at=now)
    session.add(begun)
    session.flush()
    return begun


def of_source(session: Session, source_id: int, *, lock: bool = False) -> Backfill | None:
    """The history of a source that was asked for last. `lock` holds it until the transaction ends."""
    query = select(Backfill).where(col(Backfill.source_id) == source_id)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def running(session: Session) -> list[int]:
    """The ids of the sources whose history is being fetched."""
    return list(session.scalars(select(col(Backfill.source_id)).where(col(Backfill.state) == BackfillState.RUNNING)))


def progress_of(begun: Backfill) -> float | None:
    """The share that is fetched, 0 to 1; None where nobody can tell."""
    if begun.state == BackfillState.DONE:
        return 1.0
    return progress(
        posts=begun.posts,
        total=begun.total,
        oldest_at=begun.oldest_at,
        since=begun.since,
        asked_at=begun.asked_at,
    )
