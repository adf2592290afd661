"""Kept payloads -> posts, by the parser of today: what it reads otherwise becomes another version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from collectors.base import Collector, PostUnreadable, SetAside
from collectors.base import Post as CollectedPost
from service.models import Source
from service.models.columns import id_of
from service.pipeline import flow
from service.pipeline.outcome import Queue
from service.store import replay, sources
from service.store.database import transaction
from service.store.replay import Kept
from service.tools import Tools

_AT_ONCE = 200  # posts a transaction


@dataclass(slots=True)
class Replayed:
    """What reading again came to."""

    read: int = 0
    changed: int = 0  # became another version
    mended: int = 0  # title, text and rating as before; something else is told better
    set_aside: int = 0  # can no longer be read; stay as they are


def run(source_id: int, tools: Tools, queue: Queue, *, advance: Callable[[Replayed], None]) -> Replayed:
    """Read every payload of a source again; `advance` hears how far it is. May be broken off and run again.

    Raises:
        SourceRefused: the collector cannot be built (a key is missing).
    """
    told, last = Replayed(), 0
    with transaction(tools.engine) as session:
        source = sources.get(session, source_id)
    with tools.collector(source) as collector:
        while (at := _some(source, last, collector, told, tools, queue)) is not None:
            last = at
            advance(told)
    return told


def _some(source: Source, after: int, collector: Collector, told: Replayed, tools: Tools, queue: Queue) -> int | None:
    """One batch as one transaction; returns the last post's id, None where there was none."""
    with transaction(tools.engine) as session:
        found = replay.next_kept(session, id_of(source), after=after, most=_AT_ONCE)
        if not found:
            return None
        read, unreadable = _parse(found, collector)
        now = tools.clock()
        changed, mended = replay.store_again(
            session, source, read, scope=tools.author_scope(source), product=tools.product_of, now=now
        )
        sources.set_aside(session, id_of(source), unreadable, now=now)
        queue(session, flow.start(changed, priority=flow.HISTORY))
        last = id_of(found[-1].post)
    told.read += len(found)
    told.changed += len(changed)
    told.mended += mended
    told.set_aside += len(unreadable)
    return last


def _parse(found: list[Kept], collector: Collector) -> tuple[list[tuple[Kept, CollectedPost]], list[SetAside]]:
    read: list[tuple[Kept, CollectedPost]] = []
    unreadable: list[SetAside] = []
    for kept in found:
        place = f"replay, post {kept.post.external_id}"
        try:
            post = collector.parse(kept.raw)
        except PostUnreadable as error:
            unreadable.append(SetAside(place=place, reason=str(error), raw=error.raw))
            continue
        if post.external_id == kept.post.external_id:
            read.append((kept, post))
        else:
            reason = f"The parser now calls this post {post.external_id}, so it would be stored twice."
            unreadable.append(SetAside(place=place, reason=reason))
    return read, unreadable
