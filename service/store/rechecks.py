"""Which kept posts are to be looked up again, and which were."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from service.models import Post


def due(session: Session, source_id: int, *, checked_before: datetime, most: int) -> list[str]:
    """The platform's ids of posts that are there and were not looked up since `checked_before`, newest first."""
    rows = session.scalars(
        select(col(Post.external_id))
        .where(
            col(Post.source_id) == source_id,
            col(Post.deleted_at).is_(None),
            col(Post.checked_at).is_(None) | (col(Post.checked_at) < checked_before),
        )
        .order_by(col(Post.created_at).desc(), col(Post.id).desc())
        .limit(most)
    )
    return list(rows)


def note(session: Session, source_id: int, external_ids: Sequence[str], *, now: datetime) -> None:
    """Note that the platform was asked about these posts, whatever it said of them."""
    session.execute(
        update(Post)
        .where(col(Post.source_id) == source_id, col(Post.external_id).in_(external_ids))
        .values(checked_at=now)
    )
