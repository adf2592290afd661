"""What happened after replies: stars that were raised, authors who answered; and how fast and how often we reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from service.domain.cases import CaseState
from service.domain.metrics import FOLLOWED_FOR, Followed, raised
from service.models import Case, Post, PostVersion, Reading, Reply, Source, User
from service.store.post_filter import PostFilter, conditions

_MOST = 20_000  # posts of the comparison group, newest first
_LATE = 86_400.0  # seconds; a post that Earful saw later than that could not be answered soon


@dataclass(frozen=True, slots=True, kw_only=True)
class Afterwards:
    """What the author of one answered post did within `FOLLOWED_FOR` after the reply."""

    post_id: int
    author_id: int | None
    reply_id: int
    by: str
    platform: str
    template: str
    replied_at: datetime
    raised: bool  # gave more stars
    lowered: bool
    edited: bool
    answered: bool  # wrote below the same post, or in its thread
    wrote: int  # posts about us, anywhere on that platform
    negative: int  # of them


def first_responses(
    session: Session, *, since: datetime, until: datetime | None = None, topics: Sequence[str] = ()
) -> list[float]:
    """Hours from a post to the first reply by hand, of replies in that time; without posts that were seen late.

    `topics`: only of posts about any of these (none: all); here and below.
    """
    first = func.min(col(Reply.sent_at))
    rows = session.execute(
        select(first, col(Post.created_at))
        .join(Post, col(Post.id) == col(Reply.post_id))
        .where(
            col(Reply.sent_at).is_not(None),
            col(Reply.telling_id).is_(None),
            func.extract("epoch", col(Post.first_seen_at) - col(Post.created_at)) <= _LATE,
            *_about(topics),
        )
        .group_by(col(Post.id), col(Post.created_at))
        .having(first >= since, *([first < until] if until else []))
    )
    return [(at - written).total_seconds() / 3600 for at, written in rows]


def answered_of(
    session: Session, *, since: datetime, until: datetime | None = None, topics: Sequence[str] = ()
) -> tuple[int, int]:
    """Cases opened in that time that were answered, and all of them; without those that were dismissed, and without
    those that were opened to tell of a fix.
    """
    first = select(col(Reply.case_id)).where(col(Reply.sent_at).is_not(None), col(Reply.telling_id).is_(None))
    told_alone = exists().where(col(Reply.case_id) == col(Case.id), col(Reply.telling_id).is_not(None)) & ~col(
        Case.id
    ).in_(first)
    wanted = select(func.count().filter(col(Case.id).in_(first)), func.count()).where(
        col(Case.opened_at) >= since,
        *([col(Case.opened_at) < until] if until else []),
        col(Case.state) != CaseState.DISMISSED,
        ~told_alone,
        *([col(Case.post_id).in_(select(col(Post.id)).where(*_about(topics)))] if topics else []),
    )
    answered, cases = session.execute(wanted).one()
    return int(answered), int(cases)


def after_replies(
    session: Session,
    *,
    since: datetime,
    until: datetime | None = None,
    topics: Sequence[str] = (),
    most: int = 200,
) -> list[Afterwards]:
    """What came of the newest replies by hand that were sent in that time."""
    rows = _replies(session, since=since, until=until, topics=topics, most=most)
    return [_afterwards(row, stars) for row, stars in zip(rows, _stars_of(session, rows), strict=True)]


def helped(session: Session, reply_ids: Sequence[int]) -> dict[int, int]:
    """Reply -> 1 where its author raised the stars or came back without anger, -1 where the opposite, else 0."""
    rows = _replies(session, ids=reply_ids, most=len(reply_ids))
    after = [_afterwards(row, stars) for row, stars in zip(rows, _stars_of(session, rows), strict=True)]
    return {each.reply_id: _verdict(each) for each in after}


def followed(session: Session, *, since: datetime, most: int = 5000) -> tuple[list[Followed], list[Followed]]:
    """Posts with stars that were answered since then, and those of the same kinds and products that were not."""
    rows = [row for row in _replies(session, since=since, most=most) if row.rating is not None]
    answered = [
        Followed(
            stratum=_stratum(row),
            written_at=row.created_at,
            stars=stars,
            replied_at=row.sent_at,
            groups={"platform": row.kind, "person": row.by, "template": row.template or "own words"},
        )
        for row, stars in zip(rows, _stars_of(session, rows), strict=True)
        if stars
    ]
    if not answered:
        return [], []
    strata = {each.stratum for each in answered}
    begin, end = min(each.written_at for each in answered), max(each.written_at for each in answered)
    others = session.execute(
        select(col(Post.id).label("post_id"), col(Post.created_at), col(Post.product), col(Source.kind))
        .join(Source, col(Source.id) == col(Post.source_id))
        .where(
            col(Source.kind).in_({stratum[0] for stratum in strata}),
            col(Post.rating).is_not(None),
            col(Post.deleted_at).is_(None),
            col(Post.created_at).between(begin - FOLLOWED_FOR / 4, end + FOLLOWED_FOR / 4),  # whole weeks
            ~exists().where(col(Reply.post_id) == col(Post.id), col(Reply.sent_at).is_not(None)),
        )
        .order_by(col(Post.created_at).desc())
        .limit(_MOST)
    ).all()
    alike = [row for row in others if _stratum(row) in strata]
    stars = _stars_of(session, alike)
    return answered, [
        Followed(stratum=_stratum(row), written_at=row.created_at, stars=seen)
        for row, seen in zip(alike, stars, strict=True)
        if seen
    ]


def _stratum(row: Row[Any]) -> tuple[str, ...]:
    week = row.created_at.isocalendar()
    return (row.kind, row.product or "", f"{week.year}-{week.week}")


def _about(topics: Sequence[str]) -> list[ColumnElement[bool]]:
    return conditions(PostFilter(topics=topics))


def _replies(
    session: Session,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    topics: Sequence[str] = (),
    ids: Sequence[int] | None = None,
    most: int,
) -> Sequence[Row[Any]]:
    later, reading, version = aliased(Post), aliased(Reading), aliased(PostVersion)
    end = col(Reply.sent_at) + FOLLOWED_FOR
    soon = and_(col(later.created_at) > col(Reply.sent_at), col(later.created_at) <= end)
    mine = and_(col(later.author_id) == col(Post.author_id), soon)
    in_thread = and_(
        mine,
        col(later.source_id) == col(Post.source_id),
        (col(later.parent_id) == col(Post.external_id)) | (col(later.thread_id) == col(Post.thread_id)),
    )
    negative = select(func.count()).select_from(later).join(reading, col(reading.post_id) == col(later.id))
    edited = and_(
        col(version.post_id) == col(Post.id),
        col(version.version) > 1,
        col(version.seen_at) > col(Reply.sent_at),
        col(version.seen_at) <= end,
    )
    columns: tuple[Any, ...] = (
        col(Reply.id).label("reply_id"),
        col(Reply.sent_at),
        col(Reply.template),
        col(User.name).label("by"),
        col(Post.id).label("post_id"),
        col(Post.author_id),
        col(Post.created_at),
        col(Post.product),
        col(Post.rating),
        col(Source.kind),
        exists().where(in_thread).label("answered"),
        exists().where(edited).label("edited"),
        select(func.count()).select_from(later).where(mine).scalar_subquery().label("wrote"),
        negative.where(mine, col(reading.sentiment) == "negative").scalar_subquery().label("negative"),
    )
    wanted = (
        select(*columns)
        .join(Post, col(Post.id) == col(Reply.post_id))
        .join(Source, col(Source.id) == col(Post.source_id))
        .join(User, col(User.id) == col(Reply.written_by_id))
        .where(col(Reply.sent_at).is_not(None), col(Reply.telling_id).is_(None), col(Post.deleted_at).is_(None))
        .order_by(col(Reply.sent_at).desc(), col(Reply.id).desc())
        .limit(most)
    )
    if since is not None:
        wanted = wanted.where(col(Reply.sent_at) >= since)
    if until is not None:
        wanted = wanted.where(col(Reply.sent_at) < until)
    wanted = wanted.where(*_about(topics))
    if ids is not None:
        wanted = wanted.where(col(Reply.id).in_(ids))
    return session.execute(wanted).all()


def _stars_of(session: Session, rows: Sequence[Row[Any]]) -> list[list[tuple[datetime, float]]]:
    """The stars of each row's post, as its versions showed them."""
    ids = {row.post_id for row in rows}
    found: dict[int, list[tuple[datetime, float]]] = {}
    versions = session.execute(
        select(col(PostVersion.post_id), col(PostVersion.seen_at), col(PostVersion.rating))
        .where(col(PostVersion.post_id).in_(ids), col(PostVersion.rating).is_not(None))
        .order_by(col(PostVersion.version))
    )
    for post_id, seen_at, rating in versions:
        found.setdefault(post_id, []).append((seen_at, float(rating)))
    return [found.get(row.post_id, []) for row in rows]


def _afterwards(row: Row[Any], stars: Sequence[tuple[datetime, float]]) -> Afterwards:
    post = Followed(stratum=(), written_at=row.created_at, stars=stars)
    turned = Followed(stratum=(), written_at=row.created_at, stars=[(at, -number) for at, number in stars])
    return Afterwards(
        post_id=row.post_id,
        author_id=row.author_id,
        reply_id=row.reply_id,
        by=row.by,
        platform=row.kind,
        template=row.template or "own words",
        replied_at=row.sent_at,
        raised=bool(stars) and raised(post, row.sent_at),
        lowered=bool(stars) and raised(turned, row.sent_at),
        edited=row.edited,
        answered=row.answered,
        wrote=row.wrote,
        negative=row.negative,
    )


def _verdict(after: Afterwards) -> int:
    if after.raised != after.lowered:
        return 1 if after.raised else -1
    if not after.wrote:
        return 0
    return -1 if after.negative * 2 > after.wrote else 1


def groups(after: Sequence[Followed], name: str) -> Mapping[str, list[Followed]]:
    """The answered posts by platform, person or template; most first."""
    found: dict[str, list[Followed]] = {}
    for each in after:
        found.setdefault(each.groups[name], []).append(each)
    return dict(sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0])))
