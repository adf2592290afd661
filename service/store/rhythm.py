"""When the posts of a source were written: what its rhythm is learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from service.models import Post, SourceRun


def newest_times(session: Session, source_id: int, *, most: int) -> Sequence[datetime]:
    """When the newest posts of a source were written, newest first; deleted ones were written too."""
    newest = select(col(Post.created_at)).where(col(Post.source_id) == source_id)
    return session.scalars(newest.order_by(col(Post.created_at).desc()).limit(most)).all()


def listened_since(session: Session, source_id: int) -> datetime | None:
    """When we first listened to a source; None: never."""
    return session.scalar(select(func.min(col(SourceRun.started_at))).where(col(SourceRun.source_id) == source_id))
