"""Sources and how they are doing: what came, what was set aside, what was missed, and when we listen again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from service.domain.alarms import Trouble, is_over, occurrences, trouble_of
from service.domain.sources import SourceState
from service.errors import NotFound
from service.models import Backfill, Delivery, Post, SetAsideItem, Source, SourceGap, SourceRun
from service.models.columns import id_of
from service.store import backfills, gaps

RUNS = 20
SET_ASIDE = 50
GAPS = 50
ALARMS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """A source with the figures that tell its health."""

    source: Source
    post_count: int  # deleted ones too: they were collected
    gone_count: int
    newest_post_at: datetime | None
    set_aside_count: int
    last_gap: str | None  # what was missed and is still open, in words
    last_gap_at: datetime | None
    alarms: Sequence[Delivery]  # that tell of the trouble it is in now, newest first

    @property
    def needs_somebody(self) -> bool:
        """Whether it is in a trouble that is told of, where `alarms` names a place."""
        return self.source.state == SourceState.REFUSED or self.source.quiet_since is not None

    @property
    def id(self) -> int:
        """The source's id."""
        return id_of(self.source)

    @property
    def live_count(self) -> int:
        """Posts that are still there, as the platform counts its own."""
        return self.post_count - self.gone_count


@dataclass(frozen=True, slots=True)
class Alarm:
    """That somebody was told, or is to be told, of a trouble."""

    trouble: Trouble
    delivery: Delivery
    over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHistory:
    """What lies behind the figures, newest first."""

    runs: Sequence[SourceRun]
    set_aside: Sequence[SetAsideItem]
    gaps: Sequence[SourceGap]  # open ones first
    backfill: Backfill | None  # the history that was asked for last
    alarms: Sequence[Alarm]


def list_sources(session: Session) -> list[SourceView]:
    """All sources by name, each with its figures."""
    return _with_figures(session, session.scalars(select(Source).order_by(col(Source.name))).all())


def load_source(session: Session, name: str) -> SourceView:
    """One source with its figures.

    Raises:
        NotFound: no source has this name.
    """
    source = session.scalars(select(Source).where(col(Source.name) == name)).one_or_none()
    if source is None:
        raise NotFound(f"There is no source named “{name}”.")
    return _with_figures(session, [source])[0]


def load_history(session: Session, source_id: int) -> SourceHistory:
    """The last runs, what could not be read, and what was missed."""
    runs = select(SourceRun).where(col(SourceRun.source_id) == source_id).order_by(col(SourceRun.id).desc())
    aside = select(SetAsideItem).where(col(SetAsideItem.source_id) == source_id)
    return SourceHistory(
        runs=session.scalars(runs.limit(RUNS)).all(),
        set_aside=session.scalars(aside.order_by(col(SetAsideItem.last_seen_at).desc()).limit(SET_ASIDE)).all(),
        gaps=gaps.of_source(session, source_id, most=GAPS),
        backfill=backfills.of_source(session, source_id),
        alarms=_raised(session, session.get_one(Source, source_id)),
    )


def _raised(session: Session, source: Source) -> list[Alarm]:
    wanted = select(Delivery).where(col(Delivery.source_id) == source.id).order_by(col(Delivery.id).desc())
    listed = session.scalars(wanted.limit(ALARMS))
    return [
        Alarm(trouble_of(each.event), each, is_over(each.event, source.last_succeeded_at, source.quiet_since))
        for each in listed
    ]


def _standing_alarms(session: Session, sources: Sequence[Source]) -> dict[int, list[Delivery]]:
    """Source id -> what was told of the troubles that it could be in now, newest first."""
    events = {
        id_of(each): {str(on) for on in occurrences(each.last_succeeded_at, each.quiet_since)} for each in sources
    }
    told = select(Delivery).where(
        col(Delivery.source_id).in_(events), col(Delivery.event).in_({on for each in events.values() for on in each})
    )
    found: dict[int, list[Delivery]] = {}
    for alarm in session.scalars(told.order_by(col(Delivery.id).desc())):
        if alarm.source_id is not None and alarm.event in events[alarm.source_id]:
            found.setdefault(alarm.source_id, []).append(alarm)
    return found


def source_names(session: Session) -> list[str]:
    """The names of all sources, for choosing."""
    return list(session.scalars(select(col(Source.name)).order_by(col(Source.name))))


def _with_figures(session: Session, sources: Sequence[Source]) -> list[SourceView]:
    ids = [id_of(source) for source in sources]
    posts = {
        row.source_id: row
        for row in session.execute(
            select(
                col(Post.source_id),
                func.count().label("number"),
                func.count(col(Post.deleted_at)).label("gone"),
                func.max(col(Post.created_at)).label("newest"),
            )
            .where(col(Post.source_id).in_(ids))
            .group_by(col(Post.source_id))
        )
    }
    aside = {
        int(source_id): int(number)
        for source_id, number in session.execute(
            select(col(SetAsideItem.source_id), func.count())
            .where(col(SetAsideItem.source_id).in_(ids))
            .group_by(col(SetAsideItem.source_id))
        )
    }
    last_gaps = _last_gaps(session, ids)
    raised = _standing_alarms(session, sources)
    found = []
    for source in sources:
        heard, gap = posts.get(id_of(source)), last_gaps.get(id_of(source))
        found.append(
            SourceView(
                source=source,
                post_count=int(heard.number) if heard else 0,
                gone_count=int(heard.gone) if heard else 0,
                newest_post_at=heard.newest if heard else None,
                set_aside_count=aside.get(id_of(source), 0),
                last_gap=gap.words if gap else None,
                last_gap_at=gap.last_noted_at if gap else None,
                alarms=raised.get(id_of(source), []),
            )
        )
    return found


def _last_gaps(session: Session, ids: Sequence[int]) -> dict[int, SourceGap]:
    """Source id -> the open gap that was met last."""
    rows = session.scalars(
        select(SourceGap)
        .where(col(SourceGap.source_id).in_(ids), col(SourceGap.filled_at).is_(None))
        .order_by(col(SourceGap.last_noted_at))
    )
    return {gap.source_id: gap for gap in rows}
