"""Forgets payloads when a platform's terms say that they may be kept no longer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from service.models import Post, PostVersion, SetAsideItem, Source


def forget_raw(session: Session, kind: str, *, seen_before: datetime) -> int:
    """Empty the payloads of a kind's posts that were last seen before `seen_before`, and what was set aside then.

    Whatever is looked up again is seen again, so a post that is still public keeps its payload. Returns how many
    payloads were emptied.
    """
    of_kind = select(col(Source.id)).where(col(Source.kind) == kind)
    old = select(col(Post.id)).where(col(Post.source_id).in_(of_kind), col(Post.last_seen_at) < seen_before)
    emptied = session.scalars(
        update(PostVersion)
        .where(col(PostVersion.post_id).in_(old), col(PostVersion.raw).is_not(None))
        .values(raw=None)
        .returning(col(PostVersion.id))
        .execution_options(synchronize_session=False)
    ).all()
    session.execute(
        update(SetAsideItem)
        .where(col(SetAsideItem.source_id).in_(of_kind), col(SetAsideItem.last_seen_at) < seen_before)
        .values(raw="")
        .execution_options(synchronize_session=False)
    )
    return len(emptied)
