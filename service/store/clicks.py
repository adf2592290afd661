"""What people did in Slack: kept once, emptied when it is done, forgotten a while after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, col

from service.models import Click
from service.store.texts import storable_json


def keep(
    session: Session, *, key: str, kind: str, workspace: str, content: Mapping[str, Any], now: datetime
) -> int | None:
    """Keep it until its job has worked on it; its id, or None where it was kept before."""
    row = storable_json(
        {"key": key, "kind": kind, "workspace": workspace, "content": {"heard": dict(content)}},
    )
    insert = upsert(Click).values(**row, heard_at=now).on_conflict_do_nothing(index_elements=["key"])
    return session.scalars(insert.returning(col(Click.id))).one_or_none()


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
