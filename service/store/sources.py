"""Sources: kept in step with the configuration, taken when due, and told how listening went."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, col

from collectors.base import SetAside
from service.domain.sources import SourceState
from service.errors import NotFound
from service.models import SetAsideItem, Source
from service.store.texts import storable


def synchronise(session: Session, wanted: Sequence[dict[str, Any]], *, now: datetime) -> None:
    """Make the table say what the configuration says; a source it no longer names is switched off, never deleted.

    A parked source whose set-up changed is asked again.
    """
    names = [row["name"] for row in wanted]
    for row in wanted:
        changed = (col(Source.name) == row["name"]) & (col(Source.setup_digest) != row["setup_digest"])
        _unpark(session, changed, now=now)
        statement = upsert(Source).values(**row, next_due_at=now, state=SourceState.NEW, failure_count=0)
        fresh = {name: statement.excluded[name] for name in row if name != "name"}
        session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=fresh))
    session.execute(update(Source).where(col(Source.name).not_in(names)).values(enabled=False))


def named(session: Session, name: str) -> Source:
    """One source, held until the transaction ends.

    Raises:
        NotFound: no source has this name.
    """
    source = session.scalars(select(Source).where(col(Source.name) == name).with_for_update()).one_or_none()
    if source is None:
        raise NotFound(f"There is no source named “{name}”.")
    return source


def try_again(session: Session, name: str, *, now: datetime) -> Source:
    """Listen to a source at once, parked or waiting as it may be: a person says so.

    Raises:
        NotFound: no source has this name.
    """
    source = named(session, name)
    _unpark(session, col(Source.name) == name, now=now)
    source.next_due_at = now
    session.flush()
    return source


def _unpark(session: Session, which: ColumnElement[bool], *, now: datetime) -> None:
    """Let those of the sources be asked again that were parked."""
    fresh = {"state": SourceState.NEW, "state_reason": "", "failure_count": 0, "next_due_at": now}
    session.execute(update(Source).where(which, col(Source.state) == SourceState.REFUSED).values(fresh))


def get(session: Session, source_id: int, *, lock: bool = False) -> Source:
    """One source. `lock` holds it until the transaction ends.

    Raises:
        NotFound: there is none with that id.
    """
    query = select(Source).where(col(Source.id) == source_id)
    source = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if source is None:
        raise NotFound(f"There is no source {source_id}.")
    return source


def take_due(session: Session, *, now: datetime) -> list[Source]:
    """The enabled sources whose time has come, each with its next time set. Two takers never get the same one.

    Those that refused are parked: they are not asked before a person acts.
    """
    due = session.scalars(
        select(Source)
        .where(col(Source.enabled), col(Source.state) != SourceState.REFUSED, col(Source.next_due_at) <= now)
        .order_by(col(Source.next_due_at))
        .with_for_update(skip_locked=True)
    ).all()
    for source in due:
        source.next_due_at = now + timedelta(minutes=source.every_minutes)
    return list(due)


def take_due_rechecks(session: Session, *, now: datetime, every: Mapping[str, timedelta]) -> list[Source]:
    """The enabled sources whose kept posts must be looked at again; `every` says how often, by kind."""
    due = session.scalars(
        select(Source)
        .where(
            col(Source.enabled),
            col(Source.state) != SourceState.REFUSED,
            col(Source.kind).in_(list(every)),
            (col(Source.recheck_due_at) <= now) | col(Source.recheck_due_at).is_(None),
        )
        .with_for_update(skip_locked=True)
    ).all()
    for source in due:
        source.recheck_due_at = now + every[source.kind]
    return list(due)


def set_aside(session: Session, source_id: int, items: Sequence[SetAside], *, now: datetime) -> None:
    """Keep what could not be read. An item seen before is counted, not repeated."""
    rows = {
        (digest := hashlib.sha256(f"{item.reason}\x1f{item.raw}".encode(errors="replace")).hexdigest()): {
            "source_id": source_id,
            "digest": digest,
            "place": storable(item.place),
            "reason": storable(item.reason),
            "raw": storable(item.raw[:2000]),
            "first_seen_at": now,
            "last_seen_at": now,
            "seen_count": 1,
        }
        for item in items
    }
    if not rows:
        return
    statement = upsert(SetAsideItem).values([rows[digest] for digest in sorted(rows)])
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["source_id", "digest"],
            set_={
                "last_seen_at": now,
                "place": statement.excluded.place,
                "seen_count": col(SetAsideItem.seen_count) + 1,
            },
        )
    )


def brought_in(
    session: Session, name: str, *, kind: str, product: str | None, why: str, now: datetime, own: bool = False
) -> Source:
    """The source that stands for what people bring in themselves; never listened to by itself."""
    made = upsert(Source).values(
        name=name,
        kind=kind,
        product=product,
        options={},
        enabled=False,
        own=own,
        every_minutes=0,
        state=SourceState.OFF,
        state_reason=why,
        next_due_at=now,
        failure_count=0,
    )
    session.execute(made.on_conflict_do_nothing(index_elements=["name"]))
    return session.scalars(select(Source).where(col(Source.name) == name)).one()
