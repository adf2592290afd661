"""Kept posts -> looked up again, where the platform tells of deletions only to those who ask."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from collectors.base import CollectorError, Page
from collectors.base import Rechecks as RechecksProtocol
from service.domain.sources import SourceState
from service.pipeline.collect import Queue, Tally, store_page
from service.pipeline.outcome import batches
from service.store import posts, sources
from service.store.database import transaction
from service.tools import Tools

_AT_ONCE = 100  # ids a request: what the platforms that offer this take
_MOST = 10_000


@runtime_checkable
class _Rechecks(RechecksProtocol, Protocol):
    """A collector that can look posts up again."""


def run(source_id: int, tools: Tools, queue: Queue) -> Tally | None:
    """Look up what is kept of a source, newest first: edits become versions, deletions are carried out.

    None where the source is switched off or its collector cannot look posts up.
    """
    with transaction(tools.engine) as session:
        source = sources.get(session, source_id)
        kept = posts.kept_ids(session, source_id, most=_MOST)
    if not source.enabled or source.state == SourceState.REFUSED:
        return None
    tally = Tally(started_at=tools.clock())
    try:
        with tools.collector(source) as collector:
            if not isinstance(collector, _Rechecks):
                return None
            for some in batches(kept, _AT_ONCE):
                page = collector.recheck(some)
                found = Page(posts=page.posts, gone=page.gone, set_aside=page.set_aside)
                store_page(source, found, tally, tools, queue)
    except CollectorError as error:
        tools.observe(f"recheck:stopped: {error}")  # the next time of listening meets the same, and writes it down
    return tally
