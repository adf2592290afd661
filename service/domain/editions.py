"""When a digest comes: one edition for each of its days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

_WEEK = timedelta(days=7)
_DAYS = {"daily": timedelta(days=1), "weekly": _WEEK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The digest that is due on one day, about the time before it."""

    rhythm: str  # configuration.company.DigestRhythm: daily, weekly
    day: date

    @property
    def event(self) -> str:
        """What the outbox calls it: "weekly:2026-11-23"."""
        return f"{self.rhythm}:{self.day.isoformat()}"

    @property
    def span(self) -> str:
        """What it is about, as `periods.choose` takes it: the whole days before its day."""
        return span(self.rhythm)


def edition_of(event: str) -> Edition:
    """What `Edition.event` made. Raises ValueError where it did not."""
    rhythm, _, day = event.partition(":")
    return Edition(rhythm=rhythm, day=date.fromisoformat(day))


def span(rhythm: str) -> str:
    """How much a digest is about."""
    return "1d" if rhythm == "daily" else "7d"


def comes_on(rhythm: str, day: date) -> bool:
    """Whether a digest of this rhythm is due on a day: weekly ones on Mondays."""
    return rhythm == "daily" or (rhythm == "weekly" and day.weekday() == 0)


def due(rhythm: str, at: time, here: datetime) -> Edition | None:
    """Today's edition, once its time has come; None before that, and on other days."""
    begins = datetime.combine(here.date(), at, here.tzinfo)
    return Edition(rhythm=rhythm, day=here.date()) if comes_on(rhythm, here.date()) and here >= begins else None


def skipped(last: Edition, now: Edition) -> int:
    """How many editions should have come between the last one that did and this one."""
    return max((now.day - last.day) // _DAYS[now.rhythm] - 1, 0)


def is_over(edition: Edition, *, today: date, held_until: date | None) -> bool:
    """Whether it comes too late: its day is over, and the day on which a pause of its channel let it go."""
    return today > max(edition.day, held_until or edition.day)
