"""History -> posts, behind live listening: with a cursor of its own, in small jobs of low priority.

Each page is stored with the backfill's cursor as one transaction, so that a kill between any two steps loses nothing.
The live cursor is never touched.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import cast

from sqlmodel import Session

from collectors.base import CollectorError, Cursor, Page, SourceBusy
from service.domain.backfills import BackfillState
from service.domain.sources import SourceState, wait_after_failure
from service.models import Backfill, Source
from service.models.columns import id_of
from service.pipeline import flow
from service.pipeline.collect import Tally, store_posts_of
from service.pipeline.outcome import Queue
from service.store import backfills, gaps, sources
from service.store.database import transaction
from service.tools import Tools

_PAGES = 10  # a job, so that a worker is soon free for what is live


def run(source_id: int, tools: Tools, queue: Queue) -> Tally | None:
    """Fetch the next pages of a source's history, and queue the job that goes on.

    None where nobody asks for it any more, or the source is switched off or parked.
    """
    with transaction(tools.engine) as session:
        source, begun = sources.get(session, source_id), backfills.of_source(session, source_id)
        if begun is None or begun.state != BackfillState.RUNNING or not source.enabled:
            return None
        if source.state == SourceState.REFUSED:
            begun.state, begun.reason = BackfillState.STOPPED, source.state_reason
            return None
        cursor, since = cast("Cursor | None", begun.cursor), begun.since
    tally = Tally(started_at=tools.clock())
    try:
        over = _fetch(source, cursor, since, tally, tools, queue)
    except CollectorError as error:
        _note_failure(source, error, tools, queue)
        return tally
    with transaction(tools.engine) as session:
        if over:
            _finish(session, source_id, tools)
        else:
            queue(session, [flow.backfill(source_id)])
    tools.observe("backfill:carried on")
    return tally


def _fetch(
    source: Source, cursor: Cursor | None, since: datetime | None, tally: Tally, tools: Tools, queue: Queue
) -> bool:
    """Store pages until there are no more (True), or enough for one job and it can be gone on from here (False)."""
    with tools.collector(source) as collector, _closing(collector.pages(cursor, since=since)) as pages:
        for number, page in zip(count(1), pages, strict=False):
            _store(source, page, tally, tools, queue)
            tools.observe("backfill:page stored")
            if number >= _PAGES and page.cursor is not None:
                return False
    return True


@contextmanager
def _closing(pages: Iterator[Page]) -> Iterator[Iterator[Page]]:
    """The pages, left at any of them: what a collector holds open for them is closed then."""
    try:
        yield pages
    finally:
        if isinstance(pages, Generator):
            pages.close()


def _store(source: Source, page: Page, tally: Tally, tools: Tools, queue: Queue) -> None:
    with transaction(tools.engine) as session:
        held = sources.get(session, id_of(source), lock=True)
        begun = backfills.of_source(session, id_of(source), lock=True)
        new_before = tally.new
        queue(session, flow.start(store_posts_of(session, held, page, tally, tools), priority=flow.HISTORY))
        if begun is not None:
            _carry_on(begun, page, tally.new - new_before, tools.clock())
        if page.gap:
            gaps.note(session, id_of(source), page.gap, since=None, until=tally.oldest, now=tools.clock())
        tools.observe("backfill:page written")


def _carry_on(begun: Backfill, page: Page, new: int, now: datetime) -> None:
    begun.cursor = dict(page.cursor) if page.cursor is not None else begun.cursor
    begun.pages += 1
    begun.posts += len(page.posts)
    begun.new_count += new
    begun.total = begun.total if page.total is None else page.total
    begun.gap = begun.gap or page.gap is not None
    times = [post.created_at for post in page.posts] + ([begun.oldest_at] if begun.oldest_at else [])
    begun.oldest_at = min(times, default=None)
    begun.failure_count, begun.reason, begun.updated_at = 0, "", now


def _finish(session: Session, source_id: int, tools: Tools) -> None:
    begun = backfills.of_source(session, source_id, lock=True)
    if begun is None:
        return
    begun.state, begun.updated_at = BackfillState.DONE, tools.clock()
    if not begun.gap:
        gaps.fill(session, source_id, since=begun.since, noted_before=begun.asked_at, by="by fetching the history")


def _note_failure(source: Source, error: CollectorError, tools: Tools, queue: Queue) -> None:
    """Wait and go on where the platform is busy; stop where a person must act."""
    with transaction(tools.engine) as session:
        begun = backfills.of_source(session, id_of(source), lock=True)
        if begun is None:
            return
        begun.reason, begun.updated_at = str(error), tools.clock()
        if not isinstance(error, SourceBusy):
            begun.state = BackfillState.STOPPED
            return
        begun.failure_count += 1
        every = timedelta(minutes=source.every_minutes)
        wait = wait_after_failure(begun.failure_count, every=every, retry_after=error.retry_after, number=id_of(source))
        queue(session, [flow.backfill(id_of(source), wait_seconds=wait.total_seconds())])
