"""What a digest could not see: runs that failed, gaps, items set aside, posts that count for nothing, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from service.domain.periods import Period
from service.domain.sources import SourceState
from service.models import Post, Reading, SetAsideItem, SourceGap, SourceRun
from service.store.post_filter import PostFilter, PostState, conditions


@dataclass(slots=True, kw_only=True)
class SourceLosses:
    """What one source did not give."""

    runs: int = 0
    failed_runs: int = 0
    first_run_at: datetime | None = None
    gaps: list[str] = field(default_factory=list)
    set_aside: int = 0
    set_aside_reason: str = ""
    collected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Posts of the period that are in no figure, or in less of them than others."""

    not_understood: int
    why_not: str
    unread: int
    spam: int
    removed: int
    late: int
    afterwards: int
    without_topic: int


def of_sources(session: Session, *, since: datetime) -> dict[int, SourceLosses]:
    """Source id -> what was lost from `since` until now; what is missing may be noticed after the period."""
    found: dict[int, SourceLosses] = defaultdict(SourceLosses)
    collected = select(col(Post.source_id), func.count()).where(col(Post.deleted_at).is_(None))
    for source_id, posts in session.execute(collected.group_by(col(Post.source_id))):
        found[source_id].collected = posts
    first = select(col(SourceRun.source_id), func.min(col(SourceRun.started_at)))
    for source_id, began in session.execute(first.group_by(col(SourceRun.source_id))):
        found[source_id].first_run_at = began
    _add_runs(session, since, found)
    _add_set_aside(session, since, found)
    return found


def left_out(session: Session, period: Period, topics: Sequence[str]) -> LeftOut:
    """The posts of the period that are not counted, or not read. Of a team's topics only where they can be told."""
    within = PostFilter(since=period.since, until=period.until)
    there = replace(within, spam=False, deleted=False)
    # The filter looks at readings in subqueries of its own, which must not be taken for this one.
    read = aliased(Reading)
    why_not = session.execute(
        select(col(read.why_not), func.count())
        .join(Post, col(Post.id) == col(read.post_id))
        .where(*conditions(there), col(read.understood).is_(False))
        .group_by(col(read.why_not))
        .order_by(func.count().desc(), col(read.why_not))
    ).all()
    no_topic = select(col(Reading.id)).where(
        col(Reading.post_id) == col(Post.id), col(Reading.understood), col(Reading.topics) == {}
    )
    late = PostFilter(until=period.since, first_seen_from=period.since, topics=topics, spam=False, deleted=False)
    return LeftOut(
        not_understood=sum(posts for _, posts in why_not),
        why_not=str(why_not[0][0] or "") if why_not else "",
        unread=_count(session, replace(within, state=PostState.UNREAD)),
        spam=_count(session, replace(within, topics=topics, spam=True, deleted=False)),
        removed=_count(session, replace(within, topics=topics, deleted=True)),
        late=_count(session, late),
        afterwards=_count(session, PostFilter(since=period.until, topics=topics, spam=False, deleted=False)),
        without_topic=_count(session, there, no_topic.exists()),
    )


def _count(session: Session, chosen: PostFilter, *also: ColumnElement[bool]) -> int:
    return int(session.scalar(select(func.count()).select_from(Post).where(*conditions(chosen), *also)) or 0)


def _add_runs(session: Session, since: datetime, losses: dict[int, SourceLosses]) -> None:
    rows = session.execute(
        select(col(SourceRun.source_id), col(SourceRun.state), func.count())
        .where(col(SourceRun.ended_at) >= since)
        .group_by(col(SourceRun.source_id), col(SourceRun.state))
    )
    for source_id, state, runs in rows:
        losses[source_id].runs += runs
        losses[source_id].failed_runs += runs if state in (SourceState.BUSY, SourceState.REFUSED) else 0
    gaps = session.execute(
        select(col(SourceGap.source_id), col(SourceGap.words))
        .where(col(SourceGap.last_noted_at) >= since, col(SourceGap.filled_at).is_(None))
        .order_by(col(SourceGap.id))
    )
    for source_id, words in gaps:
        losses[source_id].gaps.append(words)


def _add_set_aside(session: Session, since: datetime, losses: dict[int, SourceLosses]) -> None:
    rows = session.execute(
        select(col(SetAsideItem.source_id), col(SetAsideItem.reason), func.count().label("items"))
        .where(col(SetAsideItem.last_seen_at) >= since)
        .group_by(col(SetAsideItem.source_id), col(SetAsideItem.reason))
        .order_by(func.count().desc(), col(SetAsideItem.reason))
    )
    for source_id, reason, items in rows:
        lost = losses[source_id]
        lost.set_aside += items
        lost.set_aside_reason = lost.set_aside_reason or reason
