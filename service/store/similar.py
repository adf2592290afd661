"""What we answered to similar posts, by the frozen vector of grouping and search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Float, select
from sqlmodel import Session, col

from service.domain.outbox import OutboxState
from service.models import Author, Post, Reading, Reply, User
from service.models.columns import id_of
from service.store import outcomes

_ALIKE = 0.45  # cosine distance; what is farther away is about something else
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierReply:
    """A reply that stands below a similar post."""

    reply_id: int
    text: str
    by: str
    names: Sequence[str]  # whom it was for


def replies(session: Session, reading: Reading | None, *, most: int) -> list[EarlierReply]:
    """The replies below the most similar posts, in the reading's language first, then those that helped; each text
    once.
    """
    if reading is None or reading.vector is None:
        return []
    distance = col(Reading.vector).op("<=>", return_type=Float)(reading.vector)  # of the cosine, 0 to 2
    rows = session.execute(
        select(Reply, col(User.name), Author, col(Reading.language))
        .join(Post, col(Post.id) == col(Reply.post_id))
        .join(Reading, col(Reading.post_id) == col(Post.id))
        .join(User, col(User.id) == col(Reply.written_by_id))
        .outerjoin(Author, col(Author.id) == col(Post.author_id))
        .where(
            col(Reply.state) == OutboxState.SENT,
            col(Reply.removed_at).is_(None),
            col(Post.deleted_at).is_(None),
            col(Post.id) != reading.post_id,
            distance < _ALIKE,
        )
        .order_by(distance, col(Reply.id).desc())
        .limit(_LOOKED_AT)
    ).all()
    came_of_it = outcomes.helped(session, [id_of(row[0]) for row in rows])
    nearest = sorted(rows, key=lambda row: (row[3] != reading.language, -came_of_it.get(id_of(row[0]), 0)))
    found: dict[str, EarlierReply] = {}
    for reply, by, author, _ in nearest:
        names = [author.name or "", author.handle or ""] if author else []
        text = reply.sent_text or reply.text
        found.setdefault(text, EarlierReply(reply_id=id_of(reply), text=text, by=by, names=names))
    return list(found.values())[:most]
