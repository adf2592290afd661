"""What people did in Slack: kept once, emptied when it is done, forgotten a while after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, col

from service.models import Click
from service.store.texts import storable_json


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClick:
    """What is to be kept of one thing that a person did. `key`: the same when Slack sends the same thing again."""

    key: str
    kind: str
    workspace: str
    heard: Mapping[str, Any]


def keep(session: Session, clicks: Sequence[NewClick], now: datetime) -> list[int | None]:
    """Keep them until their jobs have worked on them; the id of each, or None where it was kept before."""
    rows = [_row(click, now) for click in clicks]
    insert = upsert(Click).on_conflict_do_nothing(index_elements=["key"])
    kept = session.execute(insert.returning(col(Click.key), col(Click.id)), rows)
    ids = {str(key): int(number or 0) for key, number in kept}
    return [ids.pop(row["key"], None) for row in rows]  # the same thing twice is one


def _row(click: NewClick, now: datetime) -> dict[str, Any]:
    named = {"key": click.key, "kind": click.kind, "workspace": click.workspace}
    return {**storable_json({**named, "content": {"heard": dict(click.heard)}}), "heard_at": now}


def undone(session: Session, click_id: int) -> Click | None:
    """What was kept and is not done yet, held until the transaction ends; None where it is done, or gone."""
    wanted = select(Click).where(col(Click.id) == click_id, col(Click.done_at).is_(None)).with_for_update()
    return session.scalars(wanted).one_or_none()


def waiting(session: Session, *, heard_before: datetime, most: int) -> Sequence[int]:
    """What should have been done by now, oldest first."""
    wanted = select(col(Click.id)).where(col(Click.done_at).is_(None), col(Click.heard_at) < heard_before)
    return [int(each or 0) for each in session.scalars(wanted.order_by(col(Click.id)).limit(most))]


def forget(session: Session, *, done_before: datetime) -> None:
    """Delete what was done long ago, by when Slack sends nothing again."""
    session.execute(delete(Click).where(col(Click.done_at) < done_before).execution_options(synchronize_session=False))
