"""Kept payloads, read again: which there are, and what another parser made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import func, insert, select, update
from sqlmodel import Session, col

from collectors.base import Post as CollectedPost
from collectors.base import RawPost
from service.models import Post, PostVersion, Source
from service.models.columns import id_of
from service.store.authors import account_of, store_authors
from service.store.posts import columns_of, digest_of, version_row
from service.store.texts import storable_or_none

_MOVING = ("external_id", "likes", "replies", "shares")  # may have moved on since the payload came, or never change


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A post with the payload of its newest version."""

    post: Post
    raw: RawPost
    digest: str


def count_kept(session: Session, source_id: int) -> int:
    """How many posts of a source there are to read again: those that are there, with a payload."""
    return int(session.scalar(select(func.count()).select_from(_kept(source_id).subquery())) or 0)


def next_kept(session: Session, source_id: int, *, after: int, most: int) -> list[Kept]:
    """The next posts by our ids, held until the transaction ends."""
    query = _kept(source_id).where(col(Post.id) > after).order_by(col(Post.id)).limit(most).with_for_update(of=Post)
    rows = session.execute(query)
    return [Kept(post=post, raw=cast("RawPost", raw), digest=digest) for post, raw, digest in rows]


def _kept(source_id: int) -> Any:
    newest = (col(PostVersion.post_id) == col(Post.id)) & (col(PostVersion.version) == col(Post.version))
    return (
        select(Post, col(PostVersion.raw), col(PostVersion.digest))
        .join(PostVersion, newest)
        .where(
            col(Post.source_id) == source_id,
            col(Post.deleted_at).is_(None),
            func.jsonb_typeof(col(PostVersion.raw)) == "object",  # neither forgotten nor never there
        )
    )


def store_again(
    session: Session,
    source: Source,
    read: Sequence[tuple[Kept, CollectedPost]],
    *,
    scope: str,
    product: Callable[[CollectedPost], str | None],
    now: datetime,
) -> tuple[list[int], int]:
    """Store what the parser makes of kept payloads. Returns the posts that became another version, and how many kept
    theirs and were mended in place. When they were last seen stays, since nobody looked at the platform.
    """
    authors = store_authors(session, [post.author for _, post in read if post.author], scope=scope, now=now)
    changed, mended = [], 0
    for kept, post in read:
        found = product(post) or storable_or_none(post.product) or source.product or kept.post.product
        row = {name: value for name, value in columns_of(post).items() if name not in _MOVING}
        author = authors.get(account_of(post.author))
        row |= {"author_id": author.id if author else None, "product": found}
        held, number = kept.post, id_of(kept.post)
        if digest_of(post) != kept.digest:
            version = held.version + 1
            session.execute(update(Post).where(col(Post.id) == number).values(**row, version=version))
            session.execute(insert(PostVersion), [version_row(number, version, post, now)])
            changed.append(number)
        elif any(getattr(held, name) != value for name, value in row.items()):
            session.execute(update(Post).where(col(Post.id) == number).values(**row))
            mended += 1
    return changed, mended
