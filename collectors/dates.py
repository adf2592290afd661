"""Reading the dates that people's exports contain. What can be read in two ways is refused, not guessed."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime

_SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?:,?[ T]+(.+))?\Z")
_TIMES = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%H:%M:%S.%f")
_WORDED = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%Y", "%Y/%m/%d", "%Y.%m.%d")
_WHOLE = [*_WORDED, *(f"{day} {time}" for day in _WORDED for time in _TIMES), "%a %b %d %H:%M:%S %Y"]
_EPOCH = re.compile(r"-?\d{9,19}(\.\d+)?\Z|\d{1,8}\.\d+\Z")
_LATEST = 4102444800  # 2100-01-01; a larger number of seconds is one of milliseconds


def read_date(value: str, *, zone: tzinfo, day_first: bool | None = None) -> datetime:
    """The time that the text names, aware; `zone` is meant where it names none.

    Understood: ISO 8601, seconds or milliseconds since 1970, RFC 2822, 31.12.2026, 12/31/2026, 31 Dec 2026, each with
    or without a time of day. `day_first` says how 03/04/2026 is meant.

    Raises ValueError in words where it is no date, or can be read in two ways.
    """
    value = " ".join(value.split())
    for reading in (_epoch, _iso, _slashed, _worded, _mail):
        found = reading(value, day_first)
        if found is not None:
            return found if found.tzinfo is not None else found.replace(tzinfo=zone)
    raise ValueError(f"“{value[:60]}” is no date that we can read; 2026-12-31 14:05 is")


def _epoch(value: str, _: bool | None) -> datetime | None:
    if not _EPOCH.match(value):
        return None
    seconds = float(value)
    while abs(seconds) > _LATEST:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC) if math.isfinite(seconds) else None


def _iso(value: str, _: bool | None) -> datetime | None:
    value = re.sub(r" (?=[+-]\d\d:?\d\d\Z)", "", value.removesuffix(" UTC") + ("Z" if value.endswith(" UTC") else ""))
    if not re.match(r"\d{4}-?\d\d-?\d\d", value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _slashed(value: str, day_first: bool | None) -> datetime | None:
    match = _SLASHED.match(value)
    if match is None:
        return None
    one, sign, two, year = int(match[1]), match[2], int(match[3]), int(match[4])
    if day_first is None:
        if sign == "/" and one <= 12 and two <= 12 and one != two:
            raise ValueError(f"“{value[:60]}” can be read in two ways; say day_first=true or day_first=false")
        day_first = sign != "/" or one > 12
    day, month = (one, two) if day_first else (two, one)
    try:
        date = datetime(year + 2000 if year < 100 else year, month, day)  # noqa: DTZ001 - the caller adds the zone
    except ValueError:
        return None
    return _at(date, match[5])


def _at(date: datetime, clock: str | None) -> datetime | None:
    if clock is None:
        return date
    for form in _TIMES:
        try:
            time = datetime.strptime(clock.strip().upper(), form)  # noqa: DTZ007 - the caller adds the zone
        except ValueError:
            continue
        return datetime.combine(date, time.time())
    return None


def _worded(value: str, _: bool | None) -> datetime | None:
    text = value.replace(",", " ").replace("  ", " ")
    for form in _WHOLE:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the caller adds the zone
        except ValueError:
            continue
    return None


def _mail(value: str, _: bool | None) -> datetime | None:
    try:
        return parsedate_to_datetime(value)
    except (ValueError, IndexError, TypeError):
        return None
