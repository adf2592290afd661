"""Spans of time that digests are about, in the company's zone: how people name them, and what stood before."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SPAN = re.compile(r"(\d{1,4})([dh])")
_DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}")
_LONGEST = timedelta(days=366)
_FORMS = "Give a day (2026-03-01), a moment (2026-03-01T08:30), or a span (7d, 24h)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `since` up to `until`, which is not included; both in `zone`."""

    since: datetime
    until: datetime
    zone: ZoneInfo

    @property
    def length(self) -> timedelta:
        """By the clock on the wall: a week is seven days, also when the clocks change."""
        return self.until.replace(tzinfo=None) - self.since.replace(tzinfo=None)

    @property
    def before(self) -> Period:
        """The period of the same length that ends where this one begins."""
        return Period(since=self.since - self.length, until=self.since, zone=self.zone)

    @property
    def whole_days(self) -> int | None:
        """How many days it is, where it begins and ends at midnight."""
        at_midnight = self.since.time() == time() and self.until.time() == time()
        return self.length.days if at_midnight else None

    @property
    def last_day(self) -> date:
        """The last day that it touches."""
        return (self.until - timedelta(microseconds=1)).date()

    def holds(self, moment: datetime) -> bool:
        """Whether it happened within."""
        return self.since.astimezone(UTC) <= moment.astimezone(UTC) < self.until.astimezone(UTC)


def choose(since: str | None, until: str | None, *, now: datetime, zone: ZoneInfo) -> Period:
    """The period that people name by its ends.

    A day is one of the zone; as an end it counts whole. `7d` is the last seven whole days, `24h` the last 24 hours.
    Without `since` it is the last seven whole days; a period without `until` that begins at a day or an hour lasts
    until now.

    Raises:
        ValueError: an end cannot be read, or nothing lies between them; says what would be right.
    """
    here = now.astimezone(zone)
    begin = since or "7d"
    span = _SPAN.fullmatch(begin)
    if until:
        end = _moment(until, zone, end=True)
    elif span and span[2] == "d":
        end = _midnight(here.date(), zone)
    else:
        end = here
    start = _back(end, int(span[1]), span[2]) if span else _moment(begin, zone, end=False)
    if start.astimezone(UTC) >= end.astimezone(UTC):
        raise ValueError(f"Nothing lies between {start:%Y-%m-%d %H:%M} and {end:%Y-%m-%d %H:%M}.")
    if end.astimezone(UTC) - start.astimezone(UTC) > _LONGEST:
        raise ValueError("A digest covers a year at most. Begin later, or end earlier.")
    return Period(since=start, until=end, zone=zone)


def _moment(given: str, zone: ZoneInfo, *, end: bool) -> datetime:
    try:
        if _DAY.fullmatch(given):
            return _midnight(date.fromisoformat(given) + timedelta(days=1 if end else 0), zone)
        moment = datetime.fromisoformat(given)
    except (ValueError, OverflowError):
        raise ValueError(f'"{given[:40]}" is not a time that can be read. {_FORMS}') from None
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)


def _back(end: datetime, number: int, unit: str) -> datetime:
    if unit == "h":
        return (end.astimezone(UTC) - timedelta(hours=number)).astimezone(end.tzinfo)
    try:
        return end - timedelta(days=number)
    except OverflowError:
        raise ValueError("A digest covers a year at most. Begin later, or end earlier.") from None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
