"""Who wrote again after a word of ours: posts that nobody has seen to yet, by authors who had been answered or told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, not_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from service.domain.cases import CaseState
from service.domain.metrics import FOLLOWED_FOR
from service.models import Case, Post, Reply

_SEEN_TO = (CaseState.ANSWERED, CaseState.SOLVED, CaseState.DISMISSED)


@dataclass(frozen=True, slots=True)
class Again:
    """After what a post was written."""

    at: datetime  # our last word to its author
    told: bool  # it told them that something is fixed; else it answered them


def wrote_again() -> ColumnElement[bool]:
    """Whether a post was written after our last word to its author, within `FOLLOWED_FOR`, and waits for somebody."""
    later = aliased(Post)
    # From the replies to the posts: of those there are few, and their authors have an index.
    last = (
        select(col(Post.author_id).label("author_id"), func.max(col(Reply.sent_at)).label("at"))
        .join(Reply, col(Reply.post_id) == col(Post.id))
        .where(col(Reply.sent_at).is_not(None), col(Post.author_id).is_not(None))
        .group_by(col(Post.author_id))
        .subquery()
    )
    seen_to = select(col(Case.id)).where(col(Case.post_id) == col(later.id), col(Case.state).in_(_SEEN_TO)).exists()
    found = (
        select(col(later.id))
        .join(last, last.c.author_id == col(later.author_id))
        .where(
            col(later.created_at) > last.c.at,
            col(later.created_at) <= last.c.at + FOLLOWED_FOR,
            col(later.deleted_at).is_(None),
            not_(seen_to),
        )
    )
    return col(Post.id).in_(found)


def of_posts(session: Session, ids: Sequence[int]) -> dict[int, Again]:
    """Post id -> after what it was written, for those of these posts that were written again."""
    earlier = aliased(Post)
    rows = session.execute(
        select(col(Post.id), col(Reply.sent_at), col(Reply.telling_id))
        .join(earlier, col(earlier.author_id) == col(Post.author_id))
        .join(Reply, col(Reply.post_id) == col(earlier.id))
        .where(col(Post.id).in_(ids), col(Reply.sent_at) < col(Post.created_at), wrote_again())
        .order_by(col(Reply.sent_at))
    )
    return {int(post_id or 0): Again(at, telling_id is not None) for post_id, at, telling_id in rows if at is not None}
