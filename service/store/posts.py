"""Posts as they come in: stored once, versioned when they change, emptied when they are gone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, FromClause, Text, bindparam, func, insert, select, tuple_, update
from sqlmodel import Session, col

from collectors.base import Post as CollectedPost
from service.models import Post, PostVersion, Source
from service.models.columns import id_of
from service.store.authors import Accounts, account_of, store_authors
from service.store.bulk import as_rows
from service.store.erasure import erase
from service.store.ours import written_by_us
from service.store.texts import storable, storable_json, storable_or_none


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What storing a page changed: ids of our rows."""

    new: Sequence[int]
    changed: Sequence[int]
    gone: Sequence[int]

    @property
    def to_read(self) -> list[int]:
        """The posts that the next stages must look at."""
        return [*self.new, *self.changed, *self.gone]


@dataclass(frozen=True, slots=True)
class _Known:
    id: int
    version: int
    digest: str
    deleted: bool


def store_posts(
    session: Session,
    source: Source,
    posts: Sequence[CollectedPost],
    gone: Sequence[str],
    *,
    accounts: Accounts,
    product: Callable[[CollectedPost], str | None],
    now: datetime,
) -> Stored:
    """Store what a page brought, without what we wrote ourselves (see `store.ours`).

    Storing the same page twice changes nothing but `last_seen_at`. A post whose title, text or rating differ from what
    we hold becomes a new version. `product` says which of ours a post is about; where it cannot tell, the platform's
    own word, the source's product, or that of the post's thread is taken.
    """
    if source.id is None:
        raise ValueError("the source must be stored before its posts")
    latest = {post.external_id: post for post in posts}  # a page may hold one post twice: its last word counts
    authors = store_authors(session, [p.author for p in latest.values() if p.author], scope=accounts.scope, now=now)
    ours, found_ours = written_by_us(session, source.id, list(latest.values()), authors, named=accounts.ours, now=now)
    latest = {external_id: post for external_id, post in latest.items() if external_id not in ours}
    known = _known_posts(session, source.id, list(latest))
    new, changed, same = [], [], []
    for external_id, post in latest.items():
        row = columns_of(post) | {
            "author_id": author.id if (author := authors.get(account_of(post.author))) else None,
            "product": product(post) or storable_or_none(post.product) or source.product,
        }
        held = known.get(external_id)
        if held is None:
            new.append((post, row))
        elif held.deleted or held.digest != digest_of(post):
            changed.append((held, post, row))
        else:
            same.append((held, row))
    new_ids = _insert_new(session, source, new, now)
    _insert_versions_of_changed(session, changed, now)
    _touch(session, same, now)
    _inherit_products(session, source.id, dict(zip(new_ids, (row for _, row in new), strict=True)))
    erased = erase(session, source.id, [*gone, *ours], now=now)
    return Stored(new=new_ids, changed=[held.id for held, _, _ in changed], gone=[*erased, *found_ours])


def digest_of(post: CollectedPost) -> str:
    """What makes one version of a post another: its title, text and rating."""
    parts = (post.title or "", post.text, "" if post.rating is None else f"{post.rating:.6f}")
    return hashlib.sha256("\x1f".join(storable(part) for part in parts).encode()).hexdigest()


def unfinished(session: Session, *, seen_before: datetime, most: int) -> list[int]:
    """Posts that some stage has not finished although they came in before `seen_before`: oldest first."""
    rows = session.execute(
        select(col(Post.id))
        .where(col(Post.routed_version) < col(Post.version), col(Post.last_seen_at) < seen_before)
        .order_by(col(Post.id))
        .limit(most)
    )
    return [int(row[0]) for row in rows]


def look_again(session: Session, ids: Sequence[int], stage: str) -> None:
    """Let `stage` see the posts once more, although they did not change themselves."""
    if ids:
        session.execute(update(Post).where(col(Post.id).in_(ids)).values({f"{stage}_version": 0}))


def lock_behind(session: Session, ids: Sequence[int], stage: str) -> list[Post]:
    """The posts among `ids` that are new to `stage`, locked; those that another worker holds are left out."""
    done = getattr(Post, f"{stage}_version")
    rows = session.scalars(
        select(Post)
        .where(col(Post.id).in_(ids), col(done) < col(Post.version))
        .order_by(col(Post.id))
        .with_for_update(skip_locked=True)
    )
    return list(rows)


def answered_by(session: Session, replies: Sequence[Post]) -> dict[int, Post]:
    """The post that each of these answers, by the reply's id: its parent, or where the platform names none the post
    that began its thread. Those that we do not hold any words of are left out.
    """
    asked = {
        id_of(post): (post.source_id, above)
        for post in replies
        if (above := post.parent_id or post.thread_id) not in (None, post.external_id)
    }
    if not asked:
        return {}
    keys = tuple_(col(Post.source_id), col(Post.external_id)).in_(set(asked.values()))
    rows = session.scalars(select(Post).where(keys, col(Post.deleted_at).is_(None)))
    held = {(post.source_id, post.external_id): post for post in rows}
    return {reply: held[key] for reply, key in asked.items() if key in held}


def first_kept_at(session: Session) -> datetime | None:
    """When the first post that is kept was seen; None where there is none."""
    return session.scalar(select(col(Post.first_seen_at)).order_by(col(Post.id)).limit(1))


def mark(session: Session, posts: Sequence[Post], stage: str) -> None:
    """Note that `stage` has seen the posts at their version."""
    ids = [post.id for post in posts]
    column = f"{stage}_version"
    session.execute(update(Post).where(col(Post.id).in_(ids)).values({column: col(Post.version)}))


def _known_posts(session: Session, source_id: int, external_ids: Sequence[str]) -> dict[str, _Known]:
    rows = session.execute(
        select(col(Post.external_id), col(Post.id), col(Post.version), col(PostVersion.digest), col(Post.deleted_at))
        .join(PostVersion, (col(PostVersion.post_id) == col(Post.id)) & (col(PostVersion.version) == col(Post.version)))
        .where(col(Post.source_id) == source_id, col(Post.external_id).in_(external_ids))
        .with_for_update(of=Post)
    )
    return {row[0]: _Known(id=row[1], version=row[2], digest=row[3], deleted=row[4] is not None) for row in rows}


def columns_of(post: CollectedPost) -> dict[str, Any]:
    """What a post says about itself, as our row has it."""
    return {
        "external_id": storable(post.external_id),
        "kind": post.kind.value,
        "url": storable_or_none(post.url),
        "title": storable_or_none(post.title),
        "text": storable(post.text),
        "created_at": post.created_at,
        "edited_at": post.edited_at,
        "thread_id": storable_or_none(post.thread_id),
        "parent_id": storable_or_none(post.parent_id),
        "platform_language": storable_or_none(post.language),
        "rating": post.rating,
        "rating_label": storable_or_none(post.rating_label),
        "product_version": storable_or_none(post.product_version),
        "order_number": storable_or_none(post.order_number),
        "verified_email": storable_or_none(post.author.verified_email) if post.author else None,
        "likes": post.engagement.likes,
        "replies": post.engagement.replies,
        "shares": post.engagement.shares,
    }


def version_row(post_id: int, version: int, post: CollectedPost, now: datetime) -> dict[str, Any]:
    """One version of a post, with its payload."""
    return {
        "post_id": post_id,
        "version": version,
        "digest": digest_of(post),
        "title": storable_or_none(post.title),
        "text": storable(post.text),
        "rating": post.rating,
        "rating_label": storable_or_none(post.rating_label),
        "seen_at": now,
        "raw": storable_json(dict(post.raw)),
    }


def _insert_new(
    session: Session, source: Source, new: Sequence[tuple[CollectedPost, dict[str, Any]]], now: datetime
) -> list[int]:
    if not new:
        return []
    rows = [
        {
            **row,
            "source_id": source.id,
            "first_seen_at": now,
            "last_seen_at": now,
            "version": 1,
            **dict.fromkeys(("understood_version", "linked_version", "grouped_version", "routed_version"), 0),
        }
        for _, row in new
    ]
    stored = insert(Post).from_select(*as_rows(Post, rows)).returning(col(Post.external_id), col(Post.id))
    numbers = {str(external_id): int(post_id or 0) for external_id, post_id in session.execute(stored)}
    ids = [numbers[row["external_id"]] for row in rows]
    versions = [version_row(post_id, 1, post, now) for post_id, (post, _) in zip(ids, new, strict=True)]
    session.execute(insert(PostVersion).from_select(*as_rows(PostVersion, versions)))
    return ids


def _insert_versions_of_changed(
    session: Session, changed: Sequence[tuple[_Known, CollectedPost, dict[str, Any]]], now: datetime
) -> None:
    for held, post, row in changed:
        session.execute(
            update(Post)
            .where(col(Post.id) == held.id)
            .values(**row, last_seen_at=now, deleted_at=None, version=held.version + 1)
        )
        session.execute(insert(PostVersion), [version_row(held.id, held.version + 1, post, now)])


def _touch(session: Session, same: Sequence[tuple[_Known, dict[str, Any]]], now: datetime) -> None:
    """Note that posts were seen, and how they are answered now."""
    if not same:
        return
    counted = ("likes", "replies", "shares")
    names, rows = as_rows(Post, [{"id": held.id, **{name: row[name] for name in counted}} for held, row in same])
    seen = rows.subquery("seen")
    session.execute(
        update(Post)
        .where(col(Post.id) == seen.c.id)
        .values(last_seen_at=now, **{name: seen.c[name] for name in names if name != "id"})
        .execution_options(synchronize_session=False)
    )


def _inherit_products(session: Session, source_id: int, new: Mapping[int, Mapping[str, Any]]) -> None:
    """A post that names no product is about that of the post that began its thread, whichever of them came first."""
    roots = [row for row in new.values() if row["product"] is not None]
    if roots:
        given = as_rows(Post, [{name: row[name] for name in ("external_id", "product")} for row in roots])[1]
        _give_products(session, source_id, given.subquery("root"))
    replies = {row["thread_id"] for row in new.values() if row["thread_id"] is not None and row["product"] is None}
    if replies:
        above = select(col(Post.external_id), col(Post.product)).where(
            col(Post.source_id) == source_id,
            col(Post.external_id) == func.any(bindparam("threads", sorted(replies), type_=ARRAY(Text))),
            col(Post.product).is_not(None),
        )
        _give_products(session, source_id, above.subquery("root"))


def _give_products(session: Session, source_id: int, root: FromClause) -> None:
    session.execute(
        update(Post)
        .where(
            col(Post.source_id) == source_id,
            col(Post.thread_id) == root.c.external_id,
            col(Post.product).is_(None),
        )
        .values(product=root.c.product)
        .execution_options(synchronize_session=False)
    )
