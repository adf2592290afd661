"""Which posts: one filter for the inbox, the API, and every number that opens its posts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import TEXT, ColumnElement, and_, cast, func, not_, or_, select, union_all
from sqlalchemy import text as sql_text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped
from sqlmodel import col

from service.domain.cases import CaseState
from service.domain.corrections import HOLDS_FROM
from service.domain.people import IdentityState
from service.models import Case, Identity, IssuePost, Post, Reading, Source
from service.store.again import wrote_again

URGENT_FROM = 0.8  # as on the Slack cards
_OPEN = (CaseState.NEW, CaseState.CLAIMED)

# Scripts that put no spaces between words: full-text search sees one long word there.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


class PostState(StrEnum):
    """Where a post stands, as a filter."""

    NEEDS = "needs"  # a person must look: an open case, or urgent and nobody's case yet
    NEW = "new"
    CLAIMED = "claimed"
    AGAIN = "again"  # written after our last word to its author, and nobody has seen to it yet
    ANSWERED = "answered"
    SOLVED = "solved"
    DISMISSED = "dismissed"
    EDITED = "edited"
    DELETED = "deleted"
    NOT_UNDERSTOOD = "not_understood"
    UNREAD = "unread"  # the models have not come to it yet


class RatingBand(StrEnum):
    """How an author rated: of five stars, low is one or two, middle three, high four or five."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"
    NONE = "none"


class Having(StrEnum):
    """Whether a post has the thing at all."""

    ANY = "any"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFilter:
    """Conditions that all must hold; several values of one field mean any of them. Empty: every post."""

    text: str | None = None
    sources: Sequence[str] = ()  # names
    products: Sequence[str] = ()
    languages: Sequence[str] = ()
    sentiments: Sequence[str] = ()
    intents: Sequence[str] = ()
    topics: Sequence[str] = ()
    urgency_from: float | None = None
    rating: RatingBand | None = None
    issue: int | Having | None = None
    customer: int | Having | None = None
    author: int | None = None
    state: PostState | None = None
    spam: bool | None = None
    toxic: bool | None = None
    deleted: bool | None = None
    since: datetime | None = None
    until: datetime | None = None  # not included
    first_seen_from: datetime | None = None
    newer_than: int | None = None  # an id: only what came in after that post
    also: PostFilter | None = None  # what must hold besides: the saved view that a list began with

    def since_id(self, seen: int) -> PostFilter:
        """The same filter, for what came in after the post `seen`."""
        return replace(self, newer_than=seen)


def conditions(chosen: PostFilter) -> list[ColumnElement[bool]]:
    """What `posts` must fulfil."""
    besides = conditions(chosen.also) if chosen.also else []
    return [*_own_columns(chosen), *_of_the_reading(chosen), *_of_relations(chosen), *besides]


def text_matches(given: str) -> ColumnElement[bool]:
    """Posts whose title or text has all the words, or words that begin with them.

    Where the script has no spaces between words, the letters as typed anywhere in the text.
    """
    words = [word for word in re.split(r"[\s'\\]+", given) if re.search(r"\w", word)]
    if not words or _UNSPACED.search(given):
        pattern = f"%{like_escaped(given.strip())}%"
        if given.lower() == given.upper():  # a script without capitals: the plain comparison is several times as quick
            return or_(col(Post.text).like(pattern), col(Post.title).like(pattern))
        return or_(col(Post.text).ilike(pattern), col(Post.title).ilike(pattern))
    query = " & ".join(f"'{word}':*" for word in words)
    having = post_words().bool_op("@@")(func.to_tsquery(sql_text("'simple'"), query))
    # On its own, so that the index is asked first: PostgreSQL thinks that any beginning of a word is common, and would
    # rather walk through the newest posts and take each one's words apart.
    found = select(col(Post.id)).where(having).cte().prefix_with("MATERIALIZED", dialect="postgresql")
    return col(Post.id).in_(select(found.c.id))


def post_words() -> ColumnElement[str]:
    """The words of a post. The index `ix_posts_words` is on this very expression."""
    titled = func.coalesce(col(Post.title), sql_text("''")).op("||")(sql_text("' '"))
    return func.to_tsvector(sql_text("'simple'"), titled.op("||")(col(Post.text)))


def like_escaped(given: str) -> str:
    """The text with LIKE's own signs taken literally."""
    return re.sub(r"([\\%_])", r"\\\1", given)


def _own_columns(chosen: PostFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if chosen.text:
        found.append(text_matches(chosen.text))
    if chosen.sources:
        named = select(col(Source.id)).where(col(Source.name).in_(chosen.sources))
        found.append(col(Post.source_id).in_(named))
    if chosen.products:
        found.append(col(Post.product).in_(chosen.products))
    if chosen.author is not None:
        found.append(col(Post.author_id) == chosen.author)
    if chosen.deleted is not None:
        found.append(col(Post.deleted_at).is_not(None) if chosen.deleted else col(Post.deleted_at).is_(None))
    if chosen.rating:
        found.append(_in_band(chosen.rating))
    return [*found, *_in_time(chosen)]


def _in_time(chosen: PostFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if chosen.since:
        found.append(col(Post.created_at) >= chosen.since)
    if chosen.until:
        found.append(col(Post.created_at) < chosen.until)
    if chosen.first_seen_from:
        found.append(col(Post.first_seen_at) >= chosen.first_seen_from)
    if chosen.newer_than is not None:
        found.append(col(Post.id) > chosen.newer_than)
    return found


def _in_band(band: RatingBand) -> ColumnElement[bool]:
    # On a scale from 0 to 1, two stars of five are 0.25 and four are 0.75.
    match band:
        case RatingBand.LOW:
            return col(Post.rating) <= 0.3
        case RatingBand.MIDDLE:
            return and_(col(Post.rating) > 0.3, col(Post.rating) < 0.7)
        case RatingBand.HIGH:
            return col(Post.rating) >= 0.7
        case RatingBand.NONE:
            return col(Post.rating).is_(None)


def _of_the_reading(chosen: PostFilter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if chosen.languages:
        wanted.append(col(Reading.language).in_(chosen.languages))
    if chosen.sentiments:
        wanted.append(col(Reading.sentiment).in_(chosen.sentiments))
    if chosen.intents:
        wanted.append(_has_any(col(Reading.intents), chosen.intents))
    if chosen.topics:
        wanted.append(_has_any(col(Reading.topics), chosen.topics))
    if chosen.urgency_from is not None:
        wanted.append(col(Reading.urgency) >= chosen.urgency_from)
    marks = [(chosen.spam, col(Reading.spam) >= HOLDS_FROM), (chosen.toxic, col(Reading.toxicity) >= HOLDS_FROM)]
    wanted += [holds for asked, holds in marks if asked]
    found = [_read_as(*wanted)] if wanted else []
    return [*found, *(not_(_read_as(holds)) for asked, holds in marks if asked is False)]


def _has_any(labels: Mapped[dict[str, Any]], wanted: Sequence[str]) -> ColumnElement[bool]:
    return labels.bool_op("?|")(cast(list(wanted), ARRAY(TEXT)))


def _of_relations(chosen: PostFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if chosen.issue is not None:
        found.append(_in_issue(chosen.issue))
    if chosen.customer is not None:
        found.append(_by_customer(chosen.customer))
    if chosen.state:
        found.append(_in_state(chosen.state))
    return found


def _in_issue(issue: int | Having) -> ColumnElement[bool]:
    members = select(col(IssuePost.post_id)).where(col(IssuePost.post_id) == col(Post.id))
    if isinstance(issue, Having):
        return members.exists() if issue == Having.ANY else not_(members.exists())
    return col(Post.id).in_(select(col(IssuePost.post_id)).where(col(IssuePost.issue_id) == issue))


def _by_customer(customer: int | Having) -> ColumnElement[bool]:
    confirmed = select(col(Identity.author_id)).where(col(Identity.state) == IdentityState.CONFIRMED)
    if isinstance(customer, Having):
        known = confirmed.where(col(Identity.author_id) == col(Post.author_id)).exists()
        return known if customer == Having.ANY else not_(known)
    return col(Post.author_id).in_(confirmed.where(col(Identity.customer_id) == customer))


def _in_state(state: PostState) -> ColumnElement[bool]:
    if state in _STATES:
        return _STATES[state]()
    return col(Post.id).in_(select(col(Case.post_id)).where(col(Case.state) == state.value))


def _needs_somebody() -> ColumnElement[bool]:
    in_hand = select(col(Case.id)).where(col(Case.post_id) == col(Reading.post_id)).exists()
    urgent = select(col(Reading.post_id)).where(
        col(Reading.urgency) >= URGENT_FROM, col(Reading.spam) < HOLDS_FROM, not_(in_hand)
    )
    opened = select(col(Case.post_id)).where(col(Case.state).in_(_OPEN))
    return and_(col(Post.id).in_(union_all(opened, urgent)), col(Post.deleted_at).is_(None))


def _read_as(*wanted: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(col(Reading.id)).where(col(Reading.post_id) == col(Post.id), *wanted).exists()


_STATES: Mapping[PostState, Callable[[], ColumnElement[bool]]] = {
    PostState.NEEDS: _needs_somebody,
    PostState.AGAIN: wrote_again,
    PostState.EDITED: lambda: and_(col(Post.version) > 1, col(Post.deleted_at).is_(None)),
    PostState.DELETED: lambda: col(Post.deleted_at).is_not(None),
    PostState.NOT_UNDERSTOOD: lambda: _read_as(not_(col(Reading.understood))),
    PostState.UNREAD: lambda: and_(not_(_read_as()), col(Post.deleted_at).is_(None)),
}
"""Every other state is the one of the post's case."""
