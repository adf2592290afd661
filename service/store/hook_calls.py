"""Calls of webhooks: kept once, read in the order in which they came, forgotten a while after."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Engine, cast, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, col

from collectors.base import Call
from service.errors import NotFound
from service.models import HookCall, Source
from service.models.columns import id_of
from service.store.database import transaction
from service.store.texts import storable


def keep(
    session: Session, source_name: str, *, kinds: Collection[str], name: str, content: bytes, now: datetime
) -> bool:
    """Keep a call and let its source be listened to at once; False where it was kept before.

    `kinds` are those that hear.

    Raises:
        NotFound: there is no such source that is switched on and hears.
    """
    # One call of a source after the other: numbers are given before the commit, and who has read up to one number must
    # not find a smaller one later.
    source = session.scalars(
        select(Source)
        .where(col(Source.name) == storable(source_name), col(Source.kind).in_(kinds), col(Source.enabled))
        .with_for_update(key_share=True)
    ).one_or_none()
    if source is None:
        raise NotFound(f"No source {source_name[:80]} takes calls in. See sources.yaml.")
    row = {"source_id": id_of(source), "name": name, "received_at": now, "content": content}
    kept = session.scalars(
        upsert(HookCall)
        .values(row)
        .on_conflict_do_nothing(index_elements=["source_id", "name"])
        .returning(col(HookCall.id))
    ).one_or_none()
    if kept is not None:
        source.next_due_at = min(source.next_due_at, now)
    return kept is not None


def forget(session: Session, *, received_before: datetime) -> None:
    """Delete calls that their source has read; what it made of them is kept with the posts."""
    reached = cast(func.jsonb_extract_path_text(col(Source.cursor), "call"), BigInteger)
    read = select(reached).where(col(Source.id) == col(HookCall.source_id))
    session.execute(
        delete(HookCall)
        .where(col(HookCall.received_at) < received_before, col(HookCall.id) <= read.scalar_subquery())
        .execution_options(synchronize_session=False)
    )


class StoredCalls:
    """The calls of one source, as its collector reads them."""

    def __init__(self, engine: Engine, source_id: int) -> None:
        self._engine = engine
        self._source_id = source_id

    def after(self, number: int, *, most: int) -> Sequence[Call]:
        """The calls behind this number, oldest first."""
        with transaction(self._engine) as session:
            rows = session.scalars(
                select(HookCall)
                .where(col(HookCall.source_id) == self._source_id, col(HookCall.id) > number)
                .order_by(col(HookCall.id))
                .limit(most)
            ).all()
        return [
            Call(number=id_of(row), name=row.name, received_at=row.received_at, content=row.content) for row in rows
        ]
