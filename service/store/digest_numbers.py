"""What a digest counts, in few queries however many posts there are.

Which posts count is decided by the inbox's own filter, so that every number opens exactly the posts behind it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.orm import aliased, defer
from sqlmodel import Session, col

from service.domain.bursts import Complaint
from service.domain.corrections import SENTIMENT
from service.domain.issues import IssueState
from service.domain.periods import Period
from service.models import Author, Issue, IssuePost, Post, Reading, Source
from service.store.post_filter import PostFilter, conditions
from service.store.readings import agrees

# The inbox's filter looks at readings in subqueries of its own, which must not be taken for this one.
_Read = aliased(Reading, name="reading")


class Part(StrEnum):
    """Where in time a post stands."""

    WITHIN = "within"  # the period
    BEFORE = "before"  # the period before it
    EARLIER = "earlier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Posts that are alike in all that a digest counts by."""

    part: Part
    day: date
    source_id: int
    product: str | None
    language: str | None
    sentiment: str | None  # None: not understood, or not read
    guessed: bool | None  # whether the sentiment is a guess; None: there is none
    understood: bool | None  # None: not read
    groupable: bool
    grouped: bool
    model: str | None  # its version
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A post that belongs to an issue."""

    issue_id: int
    post_id: int
    at: datetime
    author_id: int | None
    similarity: float
    version: str | None
    language: str
    source_id: int
    topics: Collection[str]
    agrees: bool  # a reply that only agrees: nothing to quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotable:
    """A post's words, and what a quote of them needs beside it."""

    text: str
    url: str | None
    author: str


def cells(session: Session, period: Period, topics: Sequence[str], *, since: datetime) -> list[Cell]:
    """The posts from `since` to the period's end, counted. `topics`: only those about any of these (none: all)."""
    each = (
        select(
            _part(period).label("part"),
            func.date(func.timezone(period.zone.key, col(Post.created_at))).label("day"),
            col(Post.source_id),
            col(Post.product),
            col(_Read.language),
            col(_Read.sentiment),
            _guessed().label("guessed"),
            col(_Read.understood),
            func.coalesce(col(_Read.groupable), False).label("groupable"),
            col(IssuePost.id).is_not(None).label("grouped"),
            col(_Read.model_version).label("model"),
        )
        .select_from(Post)
        .outerjoin(_Read, col(_Read.post_id) == col(Post.id))
        .outerjoin(IssuePost, col(IssuePost.post_id) == col(Post.id))
        .where(*counted(since, period.until, topics))
        .subquery()
    )
    rows = session.execute(select(*each.c, func.count().label("posts")).group_by(*each.c))
    return [Cell(**{**row, "part": Part(row["part"])}) for row in rows.mappings()]


def topic_cells(session: Session, period: Period, topics: Sequence[str]) -> list[tuple[str, Part, str | None, int]]:
    """Topic, part, sentiment, posts: for the period and the one before. A post counts for each of its topics."""
    each = (
        select(
            func.jsonb_object_keys(col(_Read.topics)).label("topic"),
            _part(period).label("part"),
            col(_Read.sentiment),
        )
        .select_from(Post)
        .join(_Read, col(_Read.post_id) == col(Post.id))
        .where(*counted(period.before.since, period.until, topics))
        .subquery()
    )
    rows = session.execute(select(*each.c, func.count()).group_by(*each.c))
    return [(topic, Part(part), sentiment, posts) for topic, part, sentiment, posts in rows]


def complaints(session: Session, period: Period, topics: Sequence[str], *, since: datetime) -> list[Complaint]:
    """The negative posts from `since` to the period's end."""
    rows = session.execute(
        select(
            col(Post.created_at),
            col(Post.source_id),
            col(Post.product),
            func.char_length(col(Post.text)),
            col(_Read.topics),
            col(_Read.intents).bool_op("?")("bug_report"),
        )
        .select_from(Post)
        .join(_Read, col(_Read.post_id) == col(Post.id))
        .where(*counted(since, period.until, topics), col(_Read.sentiment) == "negative")
    )
    return [
        Complaint(
            at=at, source_id=source_id, product=product, length=length, topics=tuple(held), names_defect=names_defect
        )
        for at, source_id, product, length, held, names_defect in rows
    ]


def issues_heard(session: Session, period: Period) -> dict[int, Issue]:
    """The issues with a post in the period, and those that were marked fixed in it; without muted and merged ones."""
    heard = (
        select(col(IssuePost.issue_id))
        .join(Post, col(Post.id) == col(IssuePost.post_id))
        .where(*counted(period.since, period.until, ()))
    )
    fixed = (
        (col(Issue.state) == IssueState.FIXED)
        & (col(Issue.state_changed_at) >= period.since)
        & (col(Issue.state_changed_at) < period.until)
    )
    rows = session.scalars(
        select(Issue)
        .where(col(Issue.id).in_(heard) | fixed, col(Issue.state).not_in((IssueState.MUTED, IssueState.MERGED)))
        .options(defer(Issue.centroid))
    )
    return {issue.id: issue for issue in rows if issue.id is not None}


def members(session: Session, issue_ids: Collection[int], *, until: datetime) -> list[Member]:
    """All posts of these issues up to `until` that are still there, oldest first."""
    rows = session.execute(
        select(
            col(IssuePost.issue_id),
            col(Post.id).label("post_id"),
            col(Post.created_at).label("at"),
            col(Post.author_id),
            col(IssuePost.similarity),
            col(Post.product_version).label("version"),
            col(_Read.language),
            col(Post.source_id),
            col(_Read.topics),
            agrees(_Read).label("agrees"),
        )
        .join(Post, col(Post.id) == col(IssuePost.post_id))
        .join(_Read, col(_Read.post_id) == col(Post.id))
        .where(
            col(IssuePost.issue_id).in_(issue_ids), col(Post.created_at) < until, *conditions(PostFilter(deleted=False))
        )
        .order_by(col(Post.created_at), col(Post.id))
    )
    return [Member(**{**row, "topics": tuple(row["topics"])}) for row in rows.mappings()]


def quotable(session: Session, post_ids: Collection[int]) -> dict[int, Quotable]:
    """What these posts say, and who says it."""
    rows = session.execute(
        select(col(Post.id), col(Post.text), col(Post.url), func.coalesce(col(Author.name), col(Author.handle), ""))
        .outerjoin(Author, col(Author.id) == col(Post.author_id))
        .where(col(Post.id).in_(post_ids))
    )
    return {int(post): Quotable(text=text, url=url, author=author) for post, text, url, author in rows}


def first_post_at(session: Session, *, since: datetime) -> datetime | None:
    """When the first post since `since` was written, of all that are kept."""
    return session.scalar(select(func.min(col(Post.created_at))).where(col(Post.created_at) >= since))


def sources(session: Session) -> dict[int, Source]:
    """All sources, by their ids."""
    return {source.id: source for source in session.scalars(select(Source)) if source.id is not None}


def counted(since: datetime, until: datetime, topics: Sequence[str]) -> list[ColumnElement[bool]]:
    """Which posts count: written within, still there, not spam, about the topics where any are named."""
    return conditions(PostFilter(since=since, until=until, topics=topics, spam=False, deleted=False))


def _part(period: Period) -> ColumnElement[Any]:
    return case(
        (col(Post.created_at) >= period.since, literal(Part.WITHIN.value)),
        (col(Post.created_at) >= period.before.since, literal(Part.BEFORE.value)),
        else_=literal(Part.EARLIER.value),
    )


def _guessed() -> ColumnElement[Any]:
    return case((col(_Read.sentiment).is_not(None), col(_Read.unsure).bool_op("?")(SENTIMENT)))
