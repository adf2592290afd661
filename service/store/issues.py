"""Issues: opened, joined, judged. Their ids are for life."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import func, select, text, true, update
from sqlmodel import Session, col

from nlp.base import Vector
from service.domain.issues import IssueState
from service.models import Issue, IssuePost, Note, Post, Reading

# Grouping looks at everything that is loose: two at once would open the same issue twice.
_GROUP_LOCK = 722_302


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A post's place in time and meaning."""

    post_id: int
    at: datetime
    vector: Vector
    product: str | None = None


def hold_grouping(session: Session) -> None:
    """Wait until no other transaction groups; held until this one ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _GROUP_LOCK})


def to_join(session: Session, product: str | None) -> list[Issue]:
    """The issues that posts about a product may join: its own and those of no product; without one, all there are."""
    fitting = true() if product is None else (col(Issue.product) == product) | col(Issue.product).is_(None)
    return list(session.scalars(select(Issue).where(fitting, col(Issue.state) != IssueState.MERGED)))


def open_to_merging(session: Session) -> list[Issue]:
    """The issues that may turn out to be one with another, oldest number first."""
    closed = (IssueState.MERGED, IssueState.MUTED)
    return list(session.scalars(select(Issue).where(col(Issue.state).not_in(closed)).order_by(col(Issue.id))))


def move_posts(session: Session, *, from_issue: int, to_issue: int) -> None:
    """Make all posts of one issue another's."""
    session.execute(update(IssuePost).where(col(IssuePost.issue_id) == from_issue).values(issue_id=to_issue))


def loose_posts(session: Session, product: str | None, *, since: datetime, most: int = 5000) -> list[Placed]:
    """Posts since `since` that went through grouping and belong to no issue, though they might."""
    rows = session.execute(
        select(col(Post.id), col(Reading.vector), col(Post.created_at))
        .join(Reading, col(Reading.post_id) == col(Post.id))
        .outerjoin(IssuePost, col(IssuePost.post_id) == col(Post.id))
        .where(
            col(IssuePost.id).is_(None),
            col(Reading.groupable),
            col(Post.grouped_version) > 0,
            col(Post.created_at) >= since,
            col(Post.product).is_(None) if product is None else col(Post.product) == product,
        )
        .order_by(col(Post.created_at).desc())
        .limit(most)
    )
    return [Placed(post_id=int(post), at=at, vector=as_vector(vector)) for post, vector, at in rows]


def join(session: Session, issue_id: int, post_id: int, *, similarity: float, reason: str, now: datetime) -> None:
    """Put a post into an issue."""
    session.add(IssuePost(post_id=post_id, issue_id=issue_id, similarity=similarity, reason=reason, joined_at=now))


def leave(session: Session, post_ids: Sequence[int]) -> list[int]:
    """Take posts out of their issues, before they are grouped anew; returns the issues that lost one."""
    rows = session.scalars(select(IssuePost).where(col(IssuePost.post_id).in_(post_ids))).all()
    for row in rows:
        session.delete(row)
    session.flush()
    return sorted({row.issue_id for row in rows})


def forget_titles(session: Session, issue_ids: Sequence[int]) -> None:
    """A title and a centre were made of what the posts said: of issues that lost a deleted post, both are made anew."""
    merged = col(Issue.merged_into_id).in_(issue_ids)  # one of these may have lent its words to those merged into it
    for issue in session.scalars(select(Issue).where(col(Issue.id).in_(issue_ids) | merged)):
        issue.title = f"Posts about {issue.product or 'one thing'}"
        issue.titled_at_count = 0
        issue.centroid = np.zeros(len(issue.centroid), dtype=np.float32)


def open_issue(session: Session, *, title: str, product: str | None, centroid: Vector, at: datetime) -> Issue:
    """A new issue, empty yet; `at` is when we opened it."""
    issue = Issue(
        title=title,
        product=product,
        centroid=centroid,
        first_post_at=at,
        last_post_at=at,
        opened_at=at,
        state_changed_at=at,
        state=IssueState.OPEN,
    )
    session.add(issue)
    session.flush()
    return issue


def members(session: Session, issue_id: int) -> list[Placed]:
    """The posts of an issue, oldest first."""
    rows = session.execute(
        select(col(Post.id), col(Post.created_at), col(Reading.vector), col(Post.product))
        .join(IssuePost, col(IssuePost.post_id) == col(Post.id))
        .join(Reading, col(Reading.post_id) == col(Post.id))
        .where(col(IssuePost.issue_id) == issue_id)
        .order_by(col(Post.created_at))
    )
    return [
        Placed(post_id=int(post), at=at, vector=as_vector(vector), product=product)
        for post, at, vector, product in rows
    ]


def living(session: Session) -> list[int]:
    """The issues whose state may change by time alone."""
    over = (IssueState.QUIET, IssueState.MUTED, IssueState.MERGED)
    return [int(i or 0) for i in session.scalars(select(col(Issue.id)).where(col(Issue.state).not_in(over)))]


def recount(issue: Issue, found: Sequence[Placed]) -> None:
    """Make the issue's own numbers those of its members."""
    issue.post_count = len(found)
    named = Counter(post.product for post in found if post.product)
    if issue.product is None and named:  # opened by posts that named none; those that joined do
        issue.product = max(named, key=lambda product: (named[product], product))
    if found:
        issue.first_post_at, issue.last_post_at = found[0].at, found[-1].at
        mean = np.mean(np.stack([post.vector for post in found]), axis=0)
        issue.centroid = (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)


def of_posts(session: Session, post_ids: Sequence[int]) -> dict[int, Issue]:
    """Post id -> its issue, for those that belong to one."""
    rows = session.execute(
        select(col(IssuePost.post_id), Issue)
        .join(Issue, col(Issue.id) == col(IssuePost.issue_id))
        .where(col(IssuePost.post_id).in_(post_ids))
    )
    return {int(post): issue for post, issue in rows}


def ungrouped_count(session: Session, *, since: datetime) -> int:
    """How many posts since `since` might have a common cause with others, but belong to no issue."""
    return int(
        session.scalar(
            select(func.count())
            .select_from(Post)
            .join(Reading, col(Reading.post_id) == col(Post.id))
            .outerjoin(IssuePost, col(IssuePost.post_id) == col(Post.id))
            .where(col(IssuePost.id).is_(None), col(Reading.groupable), col(Post.created_at) >= since)
        )
        or 0
    )


def as_vector(value: Any) -> Vector:
    """A stored vector as float32."""
    return np.asarray(value, dtype=np.float32)


def has_note(session: Session, issue_id: int, text: str) -> bool:
    """Whether a note of an issue says just this."""
    found = select(col(Note.id)).where(col(Note.issue_id) == issue_id, col(Note.text) == text).limit(1)
    return session.scalars(found).first() is not None
