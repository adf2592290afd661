"""Counts over days as geometry for small SVG pictures, and the finding in words for who cannot see them.

Zero-based, one colour; the templates draw. Days are those of the company's zone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from service.web.words import count

SPARK_DAYS = 30
SPARK_WIDTH, SPARK_HEIGHT = 120, 24
TREND_WIDTH, TREND_HEIGHT = (
    100,
    150,
)  # a width in percent, so that the picture fits any page and its words keep their size
_BARS_AT_MOST = 70  # more than that, and a bar stands for a week


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar, in the picture's own units."""

    x: float
    y: float
    width: float
    height: float
    count: int
    begins: date
    days: int
    recent: bool  # within the last seven days: what is being pointed at


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A vertical line for an event: the first post of a version."""

    x: float
    label: str
    at_end: bool  # the label stands left of its line, because there is no room to the right


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A bar chart."""

    width: int
    height: int
    bars: Sequence[Bar]
    marks: Sequence[Mark]
    highest: int
    first: date
    last: date
    finding: str  # in a sentence


def sparkline(times: Sequence[datetime], *, now: datetime, zone: ZoneInfo) -> Chart:
    """The last thirty days."""
    last = now.astimezone(zone).date()
    return _chart(
        times, first=last - timedelta(days=SPARK_DAYS - 1), last=last, zone=zone, size=(SPARK_WIDTH, SPARK_HEIGHT)
    )


def trend(
    times: Sequence[datetime], *, now: datetime, zone: ZoneInfo, events: Sequence[tuple[datetime, str]] = ()
) -> Chart:
    """From the first post (four weeks at least) until today, with marked events."""
    last = now.astimezone(zone).date()
    began = min([t.astimezone(zone).date() for t in times], default=last)
    first = min(began, last - timedelta(days=27))
    return _chart(times, first=first, last=last, zone=zone, size=(TREND_WIDTH, TREND_HEIGHT), events=events)


def _chart(
    times: Sequence[datetime],
    *,
    first: date,
    last: date,
    zone: ZoneInfo,
    size: tuple[int, int],
    events: Sequence[tuple[datetime, str]] = (),
) -> Chart:
    width, height = size
    by_day = Counter(day for t in times if first <= (day := t.astimezone(zone).date()) <= last)
    step = 1 if (last - first).days < _BARS_AT_MOST else 7
    starts = [first + timedelta(days=at) for at in range(0, (last - first).days + 1, step)]
    counts = [sum(by_day[start + timedelta(days=at)] for at in range(step)) for start in starts]
    highest = max([*counts, 1])
    slot = width / len(starts)
    bars = [
        Bar(
            x=round(at * slot, 2),
            y=round(height - height * number / highest, 2),
            width=round(slot * 0.8, 2),
            height=round(height * number / highest, 2),
            count=number,
            begins=start,
            days=step,
            recent=(last - start).days < 7,
        )
        for at, (start, number) in enumerate(zip(starts, counts, strict=True))
    ]
    marks = [_mark(t.astimezone(zone).date(), label, first, last, width) for t, label in events]
    return Chart(
        width=width,
        height=height,
        bars=bars,
        marks=[mark for mark in marks if 0 <= mark.x <= width],
        highest=highest,
        first=first,
        last=last,
        finding=_finding(by_day, first, last),
    )


def _mark(day: date, label: str, first: date, last: date, width: int) -> Mark:
    x = round((day - first).days / ((last - first).days + 1) * width, 2)
    return Mark(x=x, label=label, at_end=x > width * 0.7)


def _finding(by_day: Counter[date], first: date, last: date) -> str:
    total = by_day.total()
    if not total:
        return f"No posts from {first:%-d %B} to {last:%-d %B}."
    busiest = max(by_day, key=lambda day: (by_day[day], day))
    return f"{count(total, 'post')} from {first:%-d %B} to {last:%-d %B}, most on {busiest:%-d %B} ({by_day[busiest]})."
