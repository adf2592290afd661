"""Kept posts -> looked up again, where the platform tells of deletions only to those who ask."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol, runtime_checkable

from collectors.base import CollectorError, Page, SourceBusy
from collectors.base import Rechecks as RechecksProtocol
from service.domain.sources import SourceState, wait_after_failure
from service.pipeline import flow
from service.pipeline.collect import Tally, store_page
from service.pipeline.outcome import Queue, batches
from service.store import rechecks, sources
from service.store.database import transaction
from service.tools import Tools

_AT_ONCE = 100  # ids a request: what the platforms that offer this take
_BUDGET = 2_000  # ids a job, so that listening gets its turn between two of them


@runtime_checkable
class _Rechecks(RechecksProtocol, Protocol):
    """A collector that can look posts up again."""


def run(source_id: int, tools: Tools, queue: Queue) -> Tally | None:
    """Look up what is kept of a source, newest first: edits become versions, deletions are carried out.

    What was looked up is noted batch by batch, so that a run which breaks off is taken up where it stopped. Where more
    is due than one job may ask for, another job follows. None where the source is switched off or parked, or its
    collector cannot look posts up.
    """
    now = tools.clock()
    with transaction(tools.engine) as session:
        source = sources.get(session, source_id)
        since_then = now - tools.rechecks.get(source.kind, timedelta())
        due = rechecks.due(session, source_id, checked_before=since_then, most=_BUDGET)
    if not source.enabled or source.state == SourceState.REFUSED:
        return None
    tally = Tally(started_at=now)
    try:
        with tools.collector(source) as collector:
            if not isinstance(collector, _Rechecks):
                return None
            for some in batches(due, _AT_ONCE):
                page = collector.recheck(some)
                found = Page(posts=page.posts, gone=page.gone, set_aside=page.set_aside)
                store_page(source, found, tally, tools, queue)
                tools.observe("recheck:page stored")
                with transaction(tools.engine) as session:
                    rechecks.note(session, source_id, some, now=tools.clock())
    except CollectorError as error:
        tools.observe(f"recheck:stopped: {error}")  # the next time of listening meets the same, and writes it down
        _come_back(source_id, error, tools)
        return tally
    if len(due) == _BUDGET:
        with transaction(tools.engine) as session:
            queue(session, [flow.recheck(source_id)])
    return tally


def _come_back(source_id: int, error: CollectorError, tools: Tools) -> None:
    """Go on soon, and not when the next round is due: a day later, a platform's time for deletions may be over."""
    with transaction(tools.engine) as session:
        source = sources.get(session, source_id, lock=True)
        asked = error.retry_after if isinstance(error, SourceBusy) else None
        wait = wait_after_failure(1, every=timedelta(minutes=source.every_minutes), retry_after=asked, number=source_id)
        source.recheck_due_at = tools.clock() + wait
