"""What cards and digests say of an issue: its evidence, who it touches, what they are worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlmodel import Session, col

from service.domain.people import IdentityState
from service.models import Identity, Issue, IssuePost, Order, Post, Reading, Source
from service.store.readings import agrees


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFacts:
    """An issue with the counts that its posts stand for."""

    issue: Issue
    times: Sequence[datetime]  # of its posts, oldest first
    people: int  # authors
    customers: int  # of them, tied to a record that has orders
    value: Decimal  # the sum of those customers' orders
    languages: Sequence[str]  # most frequent first
    sources: Sequence[str]
    versions: Sequence[str]
    quotes: Sequence[str]  # the texts nearest to its centre
    topics: Mapping[str, float]  # topic -> share of its posts, 0 to 1
    urgency: float | None  # of its most urgent post


def of_issue(session: Session, issue_id: int) -> IssueFacts:
    """Everything that is said of one issue. Raises NoResultFound where there is none."""
    rows = session.execute(
        select(
            col(Post.created_at),
            col(Post.author_id),
            col(Post.text),
            col(Post.product_version),
            col(Reading.language),
            col(Reading.topics),
            col(Reading.urgency),
            agrees().label("agrees"),
            col(Source.name),
            col(IssuePost.similarity),
        )
        .join(IssuePost, col(IssuePost.post_id) == col(Post.id))
        .join(Source, col(Source.id) == col(Post.source_id))
        .join(Reading, col(Reading.post_id) == col(Post.id))
        .where(col(IssuePost.issue_id) == issue_id)
        .order_by(col(Post.created_at))
    ).all()
    customers, value = _worth(session, issue_id)
    # Who only agrees stands as near as what they agree with, and says less.
    nearest = sorted(rows, key=lambda row: (row.agrees, -row.similarity))
    return IssueFacts(
        issue=session.get_one(Issue, issue_id),
        times=[row.created_at for row in rows],
        people=len({row.author_id for row in rows if row.author_id is not None}),
        customers=customers,
        value=value,
        languages=_ranked([row.language for row in rows]),
        sources=_ranked([row.name for row in rows]),
        versions=_ranked([row.product_version for row in rows if row.product_version]),
        quotes=[row.text for row in nearest[:3]],
        topics=_shares([row.topics for row in rows]),
        urgency=max((row.urgency for row in rows), default=None),
    )


def _worth(session: Session, issue_id: int) -> tuple[int, Decimal]:
    touched = (
        select(col(Identity.customer_id))
        .join(Post, col(Post.author_id) == col(Identity.author_id))
        .join(IssuePost, col(IssuePost.post_id) == col(Post.id))
        .where(col(IssuePost.issue_id) == issue_id, col(Identity.state) == IdentityState.CONFIRMED)
        .distinct()
    )
    count, total = session.execute(
        select(func.count(func.distinct(col(Order.customer_id))), func.coalesce(func.sum(col(Order.worth)), 0)).where(
            col(Order.customer_id).in_(touched)
        )
    ).one()
    return int(count), Decimal(total)


def _shares(topics: Sequence[Mapping[str, float]]) -> dict[str, float]:
    counts = Counter(topic for held in topics for topic in held)
    return {topic: count / len(topics) for topic, count in counts.items()}


def _ranked(values: Sequence[str]) -> list[str]:
    counts = Counter(values)
    return sorted(counts, key=lambda value: (-counts[value], value))
