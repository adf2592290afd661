"""What we wrote ourselves, read back by our own collectors: it is no customer's voice, so it is not kept as a post.

An account is ours where one of our replies came back under its name, which stays known, or while company.yaml says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ARRAY, Text, bindparam, func, select, update
from sqlmodel import Session, col

from collectors.base import Author as CollectedAuthor
from collectors.base import Post as CollectedPost
from service.domain.people import plain_account
from service.models import Author, Post, Reply
from service.store.authors import StoredAuthor, account_of
from service.store.erasure import erase


def written_by_us(
    session: Session,
    source_id: int,
    posts: Sequence[CollectedPost],
    authors: Mapping[str, StoredAuthor],
    *,
    named: Collection[str],
    now: datetime,
) -> tuple[set[str], list[int]]:
    """Which of a page's posts we wrote (their external ids), and the kept posts that turn out to be ours: erased.

    `authors`: those of the page, by account. `named`: our accounts as company.yaml names them, comparable.
    """
    replies = _replies_among(session, source_id, [post.external_id for post in posts])
    known = {account for account, author in authors.items() if author.ours}
    answered = {account_of(post.author) for post in posts if post.external_id in replies} & authors.keys()
    called = {account_of(post.author) for post in posts if post.author and _is_named(post.author, named)}
    _remember(session, [authors[account].id for account in answered - known])
    gone = _erase_all_of(session, [authors[account].id for account in (answered | called) - known], now=now)
    accounts = known | answered | called
    return replies | {post.external_id for post in posts if account_of(post.author) in accounts}, gone


def read_before(session: Session, source_id: int, external_id: str, *, now: datetime) -> list[int]:
    """A reply of ours that was read back before we knew that it stands: its account is remembered, and what was kept
    of that account is erased. Returns the ids of the posts that were.
    """
    author_id = session.scalar(
        select(col(Post.author_id)).where(col(Post.source_id) == source_id, col(Post.external_id) == external_id)
    )
    authors = [author_id] if author_id is not None else []
    _remember(session, authors)
    return [*_erase_all_of(session, authors, now=now), *erase(session, source_id, [external_id], now=now)]


def _replies_among(session: Session, source_id: int, external_ids: Sequence[str]) -> set[str]:
    rows = session.scalars(
        select(col(Reply.read_as))
        .join(Post, col(Post.id) == col(Reply.post_id))
        .where(
            col(Reply.read_as) == func.any(bindparam("read", list(external_ids), type_=ARRAY(Text))),
            col(Post.source_id) == source_id,
        )
    )
    return {name for name in rows if name is not None}


def _is_named(author: CollectedAuthor, named: Collection[str]) -> bool:
    names = (author.external_id, author.handle)
    return any(name is not None and plain_account(name) in named for name in names)


def _remember(session: Session, author_ids: Sequence[int]) -> None:
    if author_ids:
        session.execute(update(Author).where(col(Author.id).in_(author_ids)).values(ours=True))


def _erase_all_of(session: Session, author_ids: Sequence[int], *, now: datetime) -> list[int]:
    if not author_ids:
        return []
    by_source: dict[int, list[str]] = {}
    kept = select(col(Post.source_id), col(Post.external_id)).where(
        col(Post.author_id).in_(author_ids), col(Post.deleted_at).is_(None)
    )
    for source_id, external_id in session.execute(kept.order_by(col(Post.source_id), col(Post.id))):
        by_source.setdefault(source_id, []).append(external_id)
    return [gone for source_id, names in by_source.items() for gone in erase(session, source_id, names, now=now)]
