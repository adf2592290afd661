"""Issues as pages show them: how many people, what they are worth to the company, how it moves, and the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_, union_all
from sqlalchemy.orm import defer
from sqlmodel import Session, col

from service.domain.issues import IssueState, change_in_words
from service.domain.people import IdentityState
from service.models import Identity, Issue, IssuePost, Order, Post, Reading, Source
from service.models.columns import id_of
from service.store.linkable import Linkable
from service.store.paging import Part, cursor, part, parts_of
from service.store.post_filter import like_escaped

ACTIVE = (IssueState.OPEN, IssueState.RISING, IssueState.RETURNED)
RECENT = timedelta(days=60)  # how far back a list looks for its sparklines and its change in words


class IssueOrder(StrEnum):
    """What comes first in a list of issues."""

    RECENT = "recent"
    PEOPLE = "people"
    VALUE = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFilter:
    """Conditions that all must hold; empty: every issue."""

    states: Sequence[str] = ()
    product: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueView:
    """An issue with the figures that its posts stand for."""

    issue: Issue
    post_count: int
    people: int  # authors
    customers: int  # of them, tied to a record that has orders
    value: Decimal  # the sum of those customers' orders
    versions: Sequence[str]  # most frequent first
    languages: Sequence[str]
    sources: Sequence[str]
    recent: Sequence[datetime]  # times of the posts of the last sixty days
    change: str  # in words

    @property
    def number(self) -> int:
        """The issue's id, which is its number."""
        return id_of(self.issue)


def find_issues(
    session: Session,
    chosen: IssueFilter,
    *,
    now: datetime,
    linkable: Linkable,
    limit: int,
    order: IssueOrder = IssueOrder.RECENT,
    after: str | None = None,
) -> Part[IssueView]:
    """Issues that fulfil `chosen`, from the cursor `after` on.

    Raises:
        Invalid: `after` is not a cursor of this list.
    """
    rank: Any = col(Issue.last_post_at)
    wanted = select(col(Issue.id)).where(*_conditions(chosen))
    if order is not IssueOrder.RECENT:
        figures = (_people() if order is IssueOrder.PEOPLE else _worth(linkable)).subquery()
        rank = func.coalesce(figures.c.rank, 0)
        wanted = wanted.outerjoin(figures, figures.c.issue_id == col(Issue.id))
    wanted = wanted.add_columns(rank)
    read_rank = datetime.fromisoformat if order is IssueOrder.RECENT else Decimal
    if after:
        wanted = wanted.where(tuple_(rank, col(Issue.id)) < parts_of(after, read_rank, int))
    rows = session.execute(wanted.order_by(rank.desc(), col(Issue.id).desc()).limit(limit + 1)).all()
    found = part(rows, limit=limit, key=lambda row: cursor(row[1], row[0]))
    views = load_issues(session, [row[0] for row in found.items], now=now, linkable=linkable)
    return Part(items=[views[row[0]] for row in found.items], next=found.next)


def count_issues(session: Session, chosen: IssueFilter) -> int:
    """How many issues fulfil `chosen`."""
    return int(session.scalar(select(func.count()).select_from(Issue).where(*_conditions(chosen))) or 0)


def load_issues(session: Session, ids: Sequence[int], *, now: datetime, linkable: Linkable) -> dict[int, IssueView]:
    """The issues with these ids, with their figures, in six queries however many there are."""
    if not ids:
        return {}
    issues = session.scalars(select(Issue).where(col(Issue.id).in_(ids)).options(defer(Issue.centroid)))
    people = _figures(session, _people(), ids)
    worth = _figures(session, _worth(linkable), ids)
    posts = _figures(session, _post_counts(), ids)
    facets = _facets(session, ids)
    recent = _recent(session, ids, now)
    return {
        id_of(issue): IssueView(
            issue=issue,
            post_count=int(posts[number].rank) if number in posts else 0,
            people=int(people[number].rank) if number in people else 0,
            customers=int(worth[number].customers) if number in worth else 0,
            value=Decimal(worth[number].rank) if number in worth else Decimal(0),
            versions=facets.get((number, "version"), []),
            languages=facets.get((number, "language"), []),
            sources=facets.get((number, "source"), []),
            recent=recent.get(number, []),
            change=change_in_words(recent.get(number, []), now=now),
        )
        for issue in issues
        for number in [id_of(issue)]
    }


def ungrouped_share(session: Session, *, now: datetime) -> tuple[int, int]:
    """Of the last thirty days' posts that report something: how many belong to no issue, and how many there are."""
    reporting = (
        select(func.count(), func.count(col(IssuePost.id)))
        .select_from(Post)
        .join(Reading, col(Reading.post_id) == col(Post.id))
        .outerjoin(IssuePost, col(IssuePost.post_id) == col(Post.id))
        .where(col(Reading.groupable), col(Post.created_at) > now - timedelta(days=30))
    )
    every, grouped = session.execute(reporting).one()
    return int(every) - int(grouped), int(every)


def _conditions(chosen: IssueFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if chosen.states:
        found.append(col(Issue.state).in_(chosen.states))
    if chosen.product:
        found.append(col(Issue.product) == chosen.product)
    if chosen.text:
        found.append(col(Issue.title).ilike(f"%{like_escaped(chosen.text.strip())}%"))
    return found


def members(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Rows of the posts that belong to issues and are still there."""
    return (
        select(*columns)
        .select_from(IssuePost)
        .join(Post, col(Post.id) == col(IssuePost.post_id))
        .where(col(Post.deleted_at).is_(None))
    )


def _post_counts() -> Select[*tuple[Any, ...]]:
    return members(col(IssuePost.issue_id), func.count().label("rank")).group_by(col(IssuePost.issue_id))


def _people() -> Select[*tuple[Any, ...]]:
    authors = func.count(func.distinct(col(Post.author_id))).label("rank")
    return members(col(IssuePost.issue_id), authors).group_by(col(IssuePost.issue_id))


def customers_of(linkable: Linkable) -> Select[*tuple[Any, ...]]:
    """Rows of issue and customer, one for each post."""
    return (
        members(col(IssuePost.issue_id), col(Identity.customer_id))
        .join(Source, col(Source.id) == col(Post.source_id))
        .join(Identity, col(Identity.author_id) == col(Post.author_id))
        .where(col(Identity.state) == IdentityState.CONFIRMED, linkable.sources())
    )


def _worth(linkable: Linkable) -> Select[*tuple[Any, ...]]:
    touched = customers_of(linkable).distinct().subquery()
    return (
        select(
            touched.c.issue_id,
            func.coalesce(func.sum(col(Order.worth)), 0).label("rank"),
            func.count(func.distinct(col(Order.customer_id))).label("customers"),
        )
        .outerjoin(Order, col(Order.customer_id) == touched.c.customer_id)
        .group_by(touched.c.issue_id)
    )


def _figures(session: Session, figures: Select[*tuple[Any, ...]], ids: Sequence[int]) -> dict[int, Any]:
    of_each = figures.subquery()
    return {int(row.issue_id): row for row in session.execute(select(of_each).where(of_each.c.issue_id.in_(ids)))}


def _facets(session: Session, ids: Sequence[int]) -> dict[tuple[int, str], list[str]]:
    """Versions, languages and sources of each issue, most frequent first."""

    def counted(name: str, value: Any) -> Select[*tuple[Any, ...]]:
        return (
            members(
                col(IssuePost.issue_id), literal(name).label("facet"), value.label("value"), func.count().label("n")
            )
            .where(col(IssuePost.issue_id).in_(ids), value.is_not(None))
            .group_by(col(IssuePost.issue_id), value)
        )

    every = union_all(
        counted("version", col(Post.product_version)),
        counted("language", col(Reading.language)).join(Reading, col(Reading.post_id) == col(Post.id)),
        counted("source", col(Source.name)).join(Source, col(Source.id) == col(Post.source_id)),
    ).subquery()
    found: dict[tuple[int, str], list[str]] = {}
    for issue_id, facet, value, _ in session.execute(select(every).order_by(every.c.n.desc(), every.c.value)):
        found.setdefault((int(issue_id), facet), []).append(value)
    return found


def _recent(session: Session, ids: Sequence[int], now: datetime) -> dict[int, list[datetime]]:
    rows = session.execute(
        members(col(IssuePost.issue_id), col(Post.created_at))
        .where(col(IssuePost.issue_id).in_(ids), col(Post.created_at) > now - RECENT)
        .order_by(col(Post.created_at))
    )
    found: dict[int, list[datetime]] = {}
    for issue_id, written_at in rows:
        found.setdefault(int(issue_id), []).append(written_at)
    return found
