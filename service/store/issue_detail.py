"""One issue with what stands behind its figures: the evidence, the customers it touches, the versions it began with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from service.errors import NotFound
from service.models import Issue, IssuePost, Note, Post
from service.store.inbox import PostView, load_posts
from service.store.issue_views import IssueView, customers_of, load_issues, members
from service.store.linkable import Linkable
from service.store.records import CustomerView, load_customers

EVIDENCE = 12
TOUCHED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A customer with orders who wrote about an issue."""

    customer: CustomerView
    post_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDetail:
    """Everything on one issue's page."""

    view: IssueView
    times: Sequence[datetime]  # of all its posts, oldest first
    evidence: Sequence[PostView]  # most telling first
    touched: Sequence[Touched]  # most valuable first
    releases: Sequence[tuple[datetime, str]]  # when a version that its posts name was first heard of, anywhere
    notes: Sequence[Note]
    merged_from: Sequence[int]


def load_issue(session: Session, number: int, *, now: datetime, linkable: Linkable) -> IssueDetail:
    """One issue's page.

    Raises:
        NotFound: there is no such issue.
    """
    view = load_issues(session, [number], now=now, linkable=linkable).get(number)
    if view is None:
        raise NotFound(f"There is no issue {number}.")
    times = members(col(Post.created_at)).where(col(IssuePost.issue_id) == number).order_by(col(Post.created_at))
    merged = session.scalars(select(col(Issue.id)).where(col(Issue.merged_into_id) == number))
    notes = select(Note).where(col(Note.issue_id) == number).order_by(col(Note.written_at).desc())
    return IssueDetail(
        view=view,
        times=list(session.scalars(times)),
        evidence=_evidence(session, number, linkable),
        touched=_touched(session, number, linkable),
        releases=_releases(session, view),
        notes=session.scalars(notes).all(),
        merged_from=[each for each in merged if each is not None],
    )


def _evidence(session: Session, number: int, linkable: Linkable) -> list[PostView]:
    nearest = session.scalars(
        members(col(Post.id))
        .where(col(IssuePost.issue_id) == number)
        .order_by(col(IssuePost.similarity).desc(), col(Post.created_at).desc())
        .limit(EVIDENCE)
    ).all()
    views = load_posts(session, nearest, linkable=linkable)
    return [views[post_id] for post_id in nearest]


def _touched(session: Session, number: int, linkable: Linkable) -> list[Touched]:
    wrote = customers_of(linkable).where(col(IssuePost.issue_id) == number).subquery()
    counts = {
        int(customer_id): int(posts)
        for customer_id, posts in session.execute(
            select(wrote.c.customer_id, func.count()).group_by(wrote.c.customer_id)
        )
    }
    views = load_customers(session, list(counts), linkable=linkable).values()
    bought = [view for view in views if view.order_count]
    ranked = sorted(bought, key=lambda view: (-view.value, view.customer.name))[:TOUCHED]
    return [Touched(customer=view, post_count=counts[view.id]) for view in ranked]


def _releases(session: Session, view: IssueView) -> list[tuple[datetime, str]]:
    if not view.versions or view.issue.product is None:
        return []
    first = func.min(col(Post.created_at))
    rows = session.execute(
        select(first, col(Post.product_version))
        .where(col(Post.product) == view.issue.product, col(Post.product_version).in_(view.versions))
        .group_by(col(Post.product_version))
        .order_by(first)
    )
    return [(heard_at, str(version)) for heard_at, version in rows]
