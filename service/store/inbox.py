"""Posts as lists show them: filtered, newest first, with who wrote, what the models made of it and where it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, func, not_, select, tuple_
from sqlalchemy.orm import defer
from sqlmodel import Session, col

from service.domain import corrections
from service.domain.corrections import HOLDS_FROM
from service.domain.people import IdentityState
from service.models import Author, Case, Customer, Delivery, Identity, Issue, IssuePost, Post, Reading, Source
from service.models.columns import id_of
from service.store import again
from service.store.again import Again, wrote_again
from service.store.linkable import Linkable
from service.store.paging import Part, cursor, part, parts_of
from service.store.post_filter import PostFilter, conditions


class PostOrder(StrEnum):
    """In which order posts are listed."""

    NEWEST = "newest"
    AGAIN = "again"  # who wrote again after a word of ours first, then the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One head's answer."""

    label: str
    score: float  # 0 to 1
    sure: bool = True  # False: a guess


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingView:
    """What the models made of a post."""

    language: Answer
    sentiment: Answer | None
    intents: Sequence[Answer]  # strongest first
    topics: Sequence[Answer]  # strongest first
    urgency: float
    spam: float
    toxicity: float
    unsure: Sequence[str]  # what is a guess, held or not: sentiment, language, intent:NAME, topic:NAME
    partly: bool  # only beginning and end were read
    from_thread: Sequence[str]  # what was taken from the post that it answers
    understood: bool
    why_not: str | None
    model_version: str
    read_at: datetime
    post_version: int

    @property
    def is_spam(self) -> bool:
        """Whether it counts as spam."""
        return self.spam >= HOLDS_FROM

    @property
    def is_toxic(self) -> bool:
        """Whether it counts as abusive."""
        return self.toxicity >= HOLDS_FROM


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueOf:
    """The issue that a post belongs to, and why."""

    number: int
    title: str
    state: str
    reason: str
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerOf:
    """Which customer wrote a post, and why that is believed."""

    id: int
    name: str
    lifecycle: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    """One post with everything that a list shows."""

    post: Post
    source: Source
    author: Author | None
    reading: ReadingView | None
    issue: IssueOf | None
    customer: CustomerOf | None
    case_state: str | None
    delivery_count: int
    again: Again | None  # it was written after our last word to its author

    @property
    def id(self) -> int:
        """The post's id."""
        return id_of(self.post)


def find_posts(
    session: Session,
    chosen: PostFilter,
    *,
    linkable: Linkable,
    limit: int,
    after: str | None = None,
    order: PostOrder = PostOrder.NEWEST,
) -> Part[PostView]:
    """The first posts that fulfil `chosen`, from the cursor `after` on.

    `linkable`: the sources whose authors may be tied to customers; of others no customer is shown.

    Raises:
        Invalid: `after` is not a cursor of this list.
    """
    wanted = _allowed(chosen, linkable)
    if order is PostOrder.AGAIN:
        found = _again_first(session, wanted, limit=limit, after=after)
    else:
        newest = _newest(wanted, limit + 1, parts_of(after, datetime.fromisoformat, int) if after else None)
        found = part(session.execute(newest).all(), limit=limit, key=lambda row: cursor(row[1], row[0]))
    views = load_posts(session, [row[0] for row in found.items], linkable=linkable)
    return Part(items=[views[row[0]] for row in found.items], next=found.next)


def _newest(wanted: Select[*tuple[Any, ...]], most: int, before: tuple[Any, ...] | None) -> Select[*tuple[Any, ...]]:
    if before:
        wanted = wanted.where(tuple_(col(Post.created_at), col(Post.id)) < before)
    return wanted.order_by(col(Post.created_at).desc(), col(Post.id).desc()).limit(most)


def _again_first(
    session: Session, wanted: Select[*tuple[Any, ...]], *, limit: int, after: str | None
) -> Part[Row[*tuple[Any, ...]]]:
    """Two lists, one behind the other, each asked of the index: sorting by both at once would read every post."""
    first, *before = parts_of(after, int, datetime.fromisoformat, int) if after else (1,)
    written_again = wrote_again()
    rows: list[tuple[int, Row[*tuple[Any, ...]]]] = []
    for number, those in ((1, written_again), (0, not_(written_again))):
        if number <= first and len(rows) <= limit:
            position = tuple(before) if number == first and before else None
            asked = _newest(wanted.where(those), limit + 1 - len(rows), position)
            rows += [(number, row) for row in session.execute(asked)]
    found = part(rows, limit=limit, key=lambda each: cursor(each[0], each[1][1], each[1][0]))
    return Part(items=[row for _, row in found.items], next=found.next)


def count_posts(session: Session, chosen: PostFilter, *, linkable: Linkable, at_most: int | None = None) -> int:
    """How many posts fulfil `chosen`; counting stops at `at_most`, which keeps a page quick in a large store."""
    return int(session.scalar(_counted(chosen, linkable, at_most)) or 0)


def count_each(
    session: Session, several: Mapping[str, PostFilter], *, linkable: Linkable, at_most: int
) -> dict[str, int]:
    """`count_posts` for several filters in one question to the database, by their names."""
    counts = [_counted(chosen, linkable, at_most).scalar_subquery().label(name) for name, chosen in several.items()]
    row = session.execute(select(*counts)).one()
    return {name: int(row[at]) for at, name in enumerate(several)}


def newest_id(session: Session) -> int:
    """The id of the post that came in last; 0 where there is none."""
    return int(session.scalar(select(func.max(col(Post.id)))) or 0)


def load_posts(session: Session, ids: Sequence[int], *, linkable: Linkable) -> dict[int, PostView]:
    """The posts with these ids, by id. Those that do not exist are left out; removed ones carry no words, no author."""
    if not ids:
        return {}
    rows = session.execute(_whole(linkable).where(col(Post.id).in_(ids))).all()
    deliveries, written = _delivery_counts(session, ids), again.of_posts(session, ids)
    views = [_view(row, deliveries.get(row[0].id, 0), written.get(row[0].id)) for row in rows]
    return {view.id: _emptied(session, view) if view.post.deleted_at else view for view in views}


def _allowed(chosen: PostFilter, linkable: Linkable) -> Select[*tuple[Any, ...]]:
    query = select(col(Post.id), col(Post.created_at)).where(*conditions(chosen))
    if chosen.customer is None:
        return query
    # Asking by customer must not tell what the source's passport forbids to know.
    lawful = select(col(Source.id)).where(linkable.sources())
    return query.where(col(Post.source_id).in_(lawful))


def _counted(chosen: PostFilter, linkable: Linkable, at_most: int | None) -> Select[int]:
    matching = _allowed(chosen, linkable)
    if at_most is not None:
        matching = matching.limit(at_most)
    return select(func.count()).select_from(matching.subquery())


def _whole(linkable: Linkable) -> Select[*tuple[Any, ...]]:
    whose = (
        (col(Identity.author_id) == col(Post.author_id))
        & (col(Identity.state) == IdentityState.CONFIRMED)
        & linkable.sources()
    )
    return (
        select(Post, Source, Author, Reading, IssuePost, Issue, Identity, Customer, Case)
        .join(Source, col(Source.id) == col(Post.source_id))
        .outerjoin(Author, col(Author.id) == col(Post.author_id))
        .outerjoin(Reading, col(Reading.post_id) == col(Post.id))
        .outerjoin(IssuePost, col(IssuePost.post_id) == col(Post.id))
        .outerjoin(Issue, col(Issue.id) == col(IssuePost.issue_id))
        .outerjoin(Identity, whose)
        .outerjoin(Customer, col(Customer.id) == col(Identity.customer_id))
        .outerjoin(Case, col(Case.post_id) == col(Post.id))
        # The vectors stay behind: nobody looks at them, and they are most of a row.
        .options(defer(Reading.vector), defer(Issue.centroid))
    )


def _delivery_counts(session: Session, ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(col(Delivery.post_id), func.count())
        .where(col(Delivery.post_id).in_(ids))
        .group_by(col(Delivery.post_id))
    )
    return {int(post_id): int(number) for post_id, number in rows}


def _view(row: Row[*tuple[Any, ...]], delivery_count: int, written_again: Again | None) -> PostView:
    post, source, author, reading, joined, issue, identity, customer, case = row
    return PostView(
        post=post,
        source=source,
        author=author,
        reading=_reading_view(reading) if reading else None,
        issue=IssueOf(
            number=issue.id,
            title=issue.title,
            state=issue.state,
            reason=joined.reason,
            similarity=joined.similarity,
        )
        if issue
        else None,
        customer=CustomerOf(id=customer.id, name=customer.name, lifecycle=customer.lifecycle, reason=identity.reason)
        if customer
        else None,
        case_state=case.state if case else None,
        delivery_count=delivery_count,
        again=written_again,
    )


def _emptied(session: Session, view: PostView) -> PostView:
    """The tombstone of a removed post: whatever is still stored of its words and its author, nobody is shown it."""
    session.expunge(view.post)
    view.post.text = ""
    view.post.title = view.post.url = view.post.rating = view.post.rating_label = None
    return replace(view, author=None, customer=None, reading=None)


def _reading_view(reading: Reading) -> ReadingView:
    sentiment = reading.sentiment
    return ReadingView(
        language=Answer(
            label=reading.language, score=reading.language_score, sure=corrections.LANGUAGE not in reading.unsure
        ),
        sentiment=Answer(
            label=sentiment, score=reading.sentiment_score or 0.0, sure=corrections.SENTIMENT not in reading.unsure
        )
        if sentiment
        else None,
        intents=_strongest_first(reading.intents, corrections.INTENT, reading.unsure),
        topics=_strongest_first(reading.topics, corrections.TOPIC, reading.unsure),
        urgency=reading.urgency,
        spam=reading.spam,
        toxicity=reading.toxicity,
        unsure=reading.unsure,
        partly=reading.partly,
        from_thread=reading.from_thread,
        understood=reading.understood,
        why_not=reading.why_not,
        model_version=reading.model_version,
        read_at=reading.read_at,
        post_version=reading.post_version,
    )


def _strongest_first(answers: Mapping[str, float], kind: str, unsure: Sequence[str]) -> list[Answer]:
    return [
        Answer(label=label, score=score, sure=f"{kind}{label}" not in unsure)
        for label, score in sorted(answers.items(), key=lambda each: -each[1])
    ]
