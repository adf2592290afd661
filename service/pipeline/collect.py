"""Source -> posts. Rows, raw payloads, cursor and the jobs that follow are committed page by page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from collectors.base import CollectorError, Page, SourceBusy
from service.domain.freshness import LOOKED_AT, quiet_since, usual_quiet
from service.domain.sources import SUSPICION, Heard, SourceState, heard, in_a_row, wait_after_failure
from service.models import Source, SourceRun
from service.models.columns import id_of
from service.pipeline import alarms, flow
from service.pipeline.outcome import Queue
from service.store import gaps, posts, rhythm, sources
from service.store.authors import Accounts
from service.store.database import transaction
from service.tools import Tools


@dataclass(slots=True)
class Tally:
    """What one time of listening brought."""

    pages: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    set_aside: int = 0
    gap: str | None = None
    known_until: datetime | None = None  # when the newest post that we held before was written
    oldest: datetime | None = None  # when the oldest of its posts was written
    not_modified: bool = False
    total: int | None = None
    started_at: datetime = field(kw_only=True)


def run(source_id: int, tools: Tools, queue: Queue) -> Tally | None:
    """Listen to one source until it has told all that is new. What goes wrong is written on the source, not raised.

    None where the source is switched off, or parked until a person acts.
    """
    with transaction(tools.engine) as session:
        source = sources.get(session, source_id, lock=True)
        if not source.enabled or source.state == SourceState.REFUSED:
            return None
        source.last_started_at = tools.clock()
        newest = rhythm.newest_times(session, source_id, most=1)
    tally = Tally(started_at=tools.clock(), known_until=newest[0] if newest else None)
    try:
        with tools.collector(source) as collector:
            for page in collector.pages(source.cursor):
                store_page(source, page, tally, tools, queue)
                tools.observe("collect:page stored")
    except CollectorError as error:
        _note_failure(source_id, tally, error, tools, queue)
    else:
        _note_success(source_id, tally, tools, queue)
    return tally


def store_page(source: Source, page: Page, tally: Tally, tools: Tools, queue: Queue) -> None:
    """Store one page with its cursor, and queue what follows from it, as one transaction."""
    with transaction(tools.engine) as session:
        held = sources.get(session, id_of(source), lock=True)
        to_read = store_posts_of(session, held, page, tally, tools)
        if page.cursor is not None:
            held.cursor = dict(page.cursor)
        queue(session, flow.start(to_read))
        tools.observe("collect:page written")


def store_posts_of(session: Session, held: Source, page: Page, tally: Tally, tools: Tools) -> list[int]:
    """Store what a page holds, except its cursor, and count it; returns the posts that the stages must look at."""
    now = tools.clock()
    stored = posts.store_posts(
        session,
        held,
        page.posts,
        page.gone,
        accounts=Accounts(tools.author_scope(held), tools.company.accounts_on(held.kind)),
        product=tools.product_of,
        now=now,
    )
    sources.set_aside(session, id_of(held), page.set_aside, now=now)
    if page.total is not None:
        held.platform_total = page.total
    tally.pages += 1
    tally.new += len(stored.new)
    tally.changed += len(stored.changed)
    tally.gone += len(stored.gone)
    tally.set_aside += len(page.set_aside)
    tally.gap = page.gap or tally.gap
    times = [post.created_at for post in page.posts]
    tally.oldest = min(times if tally.oldest is None else [*times, tally.oldest], default=None)
    tally.not_modified = tally.not_modified or page.not_modified
    tally.total = tally.total if page.total is None else page.total
    return stored.to_read


def _note_success(source_id: int, tally: Tally, tools: Tools, queue: Queue) -> None:
    with transaction(tools.engine) as session:
        source = sources.get(session, source_id, lock=True)
        before = alarms.possible(source)
        source.state, source.state_reason, source.failure_count = SourceState.LISTENING, "", 0
        source.last_succeeded_at = tools.clock()
        came = heard(
            brought=tally.new + tally.changed + tally.gone,
            not_modified=tally.not_modified,
            total=tally.total,
            had_posts=tally.known_until is not None,
        )
        if came is Heard.SUSPECT:
            source.state_reason = SUSPICION
        _log(session, source, tally, source.state_reason, tools, came)
        queue(session, alarms.tell(session, source, before, tools))
        tools.observe("collect:success written")


def _note_failure(source_id: int, tally: Tally, error: CollectorError, tools: Tools, queue: Queue) -> None:
    with transaction(tools.engine) as session:
        source = sources.get(session, source_id, lock=True)
        before = alarms.possible(source)
        busy = isinstance(error, SourceBusy)
        source.state = SourceState.BUSY if busy else SourceState.REFUSED
        source.failure_count += 1
        source.state_reason = f"{error} {in_a_row(source.failure_count) if busy else ''}".rstrip()
        wait = wait_after_failure(
            source.failure_count,
            every=timedelta(minutes=source.every_minutes),
            retry_after=error.retry_after if isinstance(error, SourceBusy) else None,
            number=source_id,
        )
        source.next_due_at = tools.clock() + wait
        _log(session, source, tally, str(error), tools)
        queue(session, alarms.tell(session, source, before, tools))
        tools.observe("collect:failure written")


def _log(session: Session, source: Source, tally: Tally, message: str, tools: Tools, came: Heard | None = None) -> None:
    """Write down how it went, what was missed, and whether the source is silent for unusually long."""
    now = tools.clock()
    if tally.gap:
        after = tally.known_until
        until = tally.oldest if tally.oldest and (after is None or tally.oldest > after) else tally.started_at
        gaps.note(session, id_of(source), tally.gap, since=after, until=until, now=now)
    times = rhythm.newest_times(session, id_of(source), most=LOOKED_AT)
    usual = usual_quiet(times)
    source.usual_quiet_hours = usual / timedelta(hours=1) if usual else None
    source.quiet_since = quiet_since(times, now=now)
    session.add(
        SourceRun(
            source_id=id_of(source),
            started_at=tally.started_at,
            ended_at=now,
            state=source.state,
            message=message,
            pages=tally.pages,
            new_count=tally.new,
            changed_count=tally.changed,
            gone_count=tally.gone,
            set_aside_count=tally.set_aside,
            gap=tally.gap,
            heard=came or "",
        )
    )
