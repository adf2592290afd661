"""A customer's timeline: everything said and done, one line a thing, grouped by day, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

from service.models import Note, Order
from service.store.inbox import PostView
from service.store.records import Record


class Kind(StrEnum):
    """What sort of thing a line is."""

    POSTS = "posts"
    ORDERS = "orders"
    NOTES = "notes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that happened; exactly one of the three is set."""

    at: datetime
    kind: Kind
    post: PostView | None = None
    order: Order | None = None
    note: Note | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The lines of one day."""

    day: date
    lines: Sequence[Line]


def timeline(record: Record, *, zone: ZoneInfo, only: Kind | None = None) -> Sequence[Day]:
    """The record's lines by day in the company's zone; those of one kind where `only` is given."""
    lines = sorted(_lines(record), key=lambda line: line.at, reverse=True)
    chosen = [line for line in lines if only in (None, line.kind)]
    days = groupby(chosen, key=lambda line: line.at.astimezone(zone).date())
    return [Day(day=day, lines=list(of_day)) for day, of_day in days]


def _lines(record: Record) -> Iterator[Line]:
    for post in record.posts:
        yield Line(at=post.post.created_at, kind=Kind.POSTS, post=post)
    for order in record.orders:
        yield Line(at=order.placed_at, kind=Kind.ORDERS, order=order)
    for note in record.notes:
        yield Line(at=note.written_at, kind=Kind.NOTES, note=note)
