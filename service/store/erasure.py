"""Deletions, carried out: when a post is gone on its platform, nothing that it said or that was made of it stays here.

What other stages must do follows from the tombstone's new version: `group` takes the post out of its issue, whose
centre and title are made anew without it, and `route` has the cards at their targets changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, insert, or_, select, update
from sqlmodel import Session, col

from service.domain.outbox import OutboxState, move
from service.domain.replies import unquoted
from service.models import Author, Delivery, Identity, Post, PostVersion, Reading, Reply, SetAsideItem, Translation
from service.store import contact

_TELLING_ID = 6  # letters; a shorter id is found in too many payloads to say whose they are


def erase(session: Session, source_id: int, external_ids: Sequence[str], *, now: datetime) -> list[int]:
    """Erase the words, the author and all that was made of the posts; the row stays as a tombstone.

    Returns the ids of those that were there until now.
    """
    if not external_ids:
        return []
    held = session.execute(
        select(col(Post.id), col(Post.author_id))
        .where(
            col(Post.source_id) == source_id, col(Post.external_id).in_(external_ids), col(Post.deleted_at).is_(None)
        )
        .order_by(col(Post.id))
        .with_for_update()
    ).all()
    ids = [int(post_id or 0) for post_id, _ in held]
    if ids:
        _let_go_of_replies(session, ids)  # first: what they quote is found by the posts' words
        _empty_posts(session, ids, now)
        _erase_copies(session, source_id, ids, external_ids)
        _forget_authors(session, sorted({int(author) for _, author in held if author is not None}))
    return ids


def _empty_posts(session: Session, ids: Sequence[int], now: datetime) -> None:
    session.execute(
        update(Post)
        .where(col(Post.id).in_(ids))
        .values(
            deleted_at=now,
            text="",
            title=None,
            url=None,
            author_id=None,
            order_number=None,
            verified_email=None,
            rating=None,
            rating_label=None,
            likes=None,
            replies=None,
            shares=None,
            version=Post.version + 1,
        )
    )
    session.execute(delete(Reading).where(col(Reading.post_id).in_(ids)))
    session.execute(delete(Translation).where(col(Translation.post_id).in_(ids)))
    session.execute(delete(PostVersion).where(col(PostVersion.post_id).in_(ids)))
    tombstones = session.execute(select(col(Post.id), col(Post.version)).where(col(Post.id).in_(ids)))
    session.execute(
        insert(PostVersion),
        [
            {"post_id": i, "version": v, "digest": "deleted", "text": "", "seen_at": now, "raw": None}
            for i, v in tombstones
        ],
    )


def _let_go_of_replies(session: Session, ids: Sequence[int]) -> None:
    """Replies lose what they took from the posts; those that did not leave are given up.

    One that is on its way keeps its words until it came to rest: by them it is found. `pipeline.reply` empties it then.
    """
    said: dict[int, list[str]] = {}
    for post_id, title, text in session.execute(
        select(col(PostVersion.post_id), col(PostVersion.title), col(PostVersion.text)).where(
            col(PostVersion.post_id).in_(ids)
        )
    ):
        said.setdefault(post_id, []).extend((title or "", text))
    rows = session.execute(
        select(Reply, Author)
        .join(Post, col(Post.id) == col(Reply.post_id))
        .outerjoin(Author, col(Author.id) == col(Post.author_id))
        .where(col(Reply.post_id).in_(ids))
        .order_by(col(Reply.id))
        .with_for_update(of=Reply)
    )
    for reply, author in rows:
        names = [author.name or "", author.handle or ""] if author else []
        reply.problem = reply.what_to_do = None
        if reply.state in (OutboxState.SENDING, OutboxState.UNCERTAIN):
            continue
        if reply.remote_id is None and reply.state not in (OutboxState.SENT, OutboxState.DROPPED):
            reply.state = move(OutboxState(reply.state), OutboxState.DROPPED)
            reply.problem = "The author removed the post."
        quoted = said.get(reply.post_id, [])
        reply.text = unquoted(reply.text, quoted, names)
        reply.sent_text = None if reply.sent_text is None else unquoted(reply.sent_text, quoted, names)
    session.flush()


def _erase_copies(session: Session, source_id: int, ids: Sequence[int], external_ids: Sequence[str]) -> None:
    """What we keep of cards, and payloads that were set aside and name one of the posts."""
    session.execute(update(Delivery).where(col(Delivery.post_id).in_(ids)).values(payload=None))
    telling = [
        col(SetAsideItem.raw).contains(name, autoescape=True) for name in external_ids if len(name) >= _TELLING_ID
    ]
    if telling:
        session.execute(
            update(SetAsideItem).where(col(SetAsideItem.source_id) == source_id, or_(*telling)).values(raw="")
        )


def _forget_authors(session: Session, ids: Sequence[int]) -> None:
    """Authors of whom nothing is left, and whom nobody tied to a customer; accounts of ours stay known.

    That somebody asked not to be contacted is not forgotten with them.
    """
    gone = (
        col(Author.id).in_(ids),
        ~col(Author.ours),
        ~exists().where(col(Post.author_id) == col(Author.id)),
        ~exists().where(col(Identity.author_id) == col(Author.id)),
    )
    contact.outlive(session, [int(author or 0) for author in session.scalars(select(col(Author.id)).where(*gone))])
    session.execute(delete(Author).where(*gone))
