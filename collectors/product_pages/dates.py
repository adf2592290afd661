"""Dates as pages write them. Only what can mean one day is read; "03/04/2024" may be April or March, and is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from collectors.base import JSON
from collectors.product_pages.nodes import Node, plain, values

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_DAY_MONTH = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\.?\s+([A-Za-z]{3,9})\.?,?\s+(\d{4})\b")
_MONTH_DAY = re.compile(r"\b([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
_NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})\b")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})\b")
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


def read_date(node: Node, *names: str) -> datetime | None:
    """The first date under the names that can be read, in UTC; a day without a time is its midnight in UTC."""
    for name in names:
        for value in values(node, name):
            moment = parse_date(value)
            if moment is not None:
                return moment
    return None


def parse_date(value: JSON) -> datetime | None:
    """The moment that the value names, in UTC; None where it names none, or could mean several days.

    Years before 1995 are placeholders (0001, 1970), as no web page carried a review then.
    """
    text = " ".join(plain(value).split())[:80]
    if not text:
        return None
    for read in (_iso, _epoch, _named_month, _numeric, _mail):
        moment = _sane(read, text)
        if moment is not None:
            return moment
    return None


def _sane(read: Callable[[str], datetime | None], text: str) -> datetime | None:
    try:
        moment = read(text)
        if moment is None:
            return None
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None
    return moment if 1995 <= moment.year <= 2199 else None


def _iso(text: str) -> datetime | None:
    text = re.sub(r"\s*(?:UTC|GMT|Z)$", "+00:00", text, flags=re.IGNORECASE)
    text = re.sub(r"\s+([+-]\d{2}:?\d{2})$", r"\1", text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        match = _ISO_DAY.match(text)
        return datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC) if match else None


def _epoch(text: str) -> datetime | None:
    if not re.fullmatch(r"\d{9,10}(?:\.\d+)?|\d{12,13}", text):
        return None
    seconds = float(text)
    return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)


def _named_month(text: str) -> datetime | None:
    if match := _DAY_MONTH.search(text):
        day, month, year = match[1], match[2], match[3]
    elif match := _MONTH_DAY.search(text):
        month, day, year = match[1], match[2], match[3]
    else:
        return None
    short = "sep" if month.lower() == "sept" else month.lower()
    number = next((place for place, name in enumerate(_MONTHS, start=1) if name.startswith(short)), None)
    return datetime(int(year), number, int(day), tzinfo=UTC) if number else None


def _numeric(text: str) -> datetime | None:
    if match := _YEAR_FIRST.match(text):
        return datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC)
    match = _NUMERIC.match(text)
    if not match:
        return None
    first, mark, second, year = int(match[1]), match[2], int(match[3]), int(match[4])
    if mark == "." or first > 12:  # dots are written day first everywhere
        return datetime(year, second, first, tzinfo=UTC)
    if second > 12 or first == second:
        return datetime(year, first, second, tzinfo=UTC)
    return None


def _mail(text: str) -> datetime | None:
    return parsedate_to_datetime(text) if re.search(r"\d:\d\d", text) else None
