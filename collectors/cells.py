"""One row of a table as the fields of a post: a cell is what its column promises, or refused by the column's name."""

from __future__ import annotations

import hashlib
from datetime import datetime
from zoneinfo import ZoneInfo

from collectors import fields
from collectors.base import Author, PostKind, PostUnreadable, RawPost
from collectors.dates import read_date
from collectors.plain import tidy
from collectors.ratings import read_rating

_YES = {"true", "yes", "y", "1", "1.0", "verified", "x"}


class BadCell(PostUnreadable):
    """One cell is not what its column promises."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


class Cells:
    """One row with the names of its columns and the options that say how to read it."""

    def __init__(self, raw: RawPost) -> None:
        self._row = fields.obj(raw, "row")
        self._columns = fields.obj(raw, "columns")
        self._reading = fields.obj(raw, "reading")
        try:
            self._zone = ZoneInfo(self.reading("timezone") or "UTC")
        except (KeyError, ValueError, OSError):
            raise PostUnreadable("The time zone that is stored beside it is none.", raw=fields.sample(raw)) from None

    def column(self, field: str) -> str:
        """What the file calls this field."""
        return fields.text_or_none(self._columns, field) or field

    def reading(self, option: str) -> str | None:
        """An option, as text."""
        return fields.text_or_none(self._reading, option)

    def get(self, field: str) -> str | None:
        """The cell's text, tidied; None where it is empty, absent or a list."""
        value = self._row.get(self.column(field)) if field in self._columns else None
        if isinstance(value, bool):
            return "true" if value else "false"
        if value is None or isinstance(value, dict | list):
            return None
        return tidy(str(value)) or None

    def date(self, field: str) -> datetime | None:
        """The cell's time; None where it is empty."""
        value, day_first = self.get(field), self._reading.get("day_first")
        if value is None:
            return None
        try:
            return read_date(value, zone=self._zone, day_first=day_first if isinstance(day_first, bool) else None)
        except (ValueError, OverflowError, OSError) as error:
            raise BadCell(self.column(field), f"{error}.") from None

    def default_date(self) -> datetime:
        """The option `date`, for a row without one."""
        given = self.reading("date")
        if given is None:
            raise BadCell(self.column("date"), "There is no date.")
        try:
            return read_date(given, zone=self._zone)
        except (ValueError, OverflowError, OSError) as error:
            raise BadCell(self.column("date"), f"{error}.") from None

    def rating(self) -> tuple[float | None, str | None]:
        """The cell's rating from 0 to 1, and as people know it."""
        value = self.get("rating")
        if value is None:
            return None, None
        worst, best = self.reading("rating_min"), self.reading("rating_max")
        try:
            return read_rating(value, worst=float(worst) if worst else None, best=float(best or 5))
        except ValueError as error:
            raise BadCell(self.column("rating"), f"{error}.") from None

    def count(self, field: str) -> int | None:
        """The cell's count; None where it is none."""
        value = self.get(field) or ""
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None

    def kind(self) -> PostKind:
        """The cell's kind where it names one of ours, else the option."""
        stated = (self.get("kind") or "").lower()
        if stated in set(PostKind):
            return PostKind(stated)
        return fields.kind(self._reading, "kind") if self.reading("kind") else PostKind.REVIEW

    def author(self) -> Author | None:
        """Who wrote it; the address only where the row says that it is verified."""
        name, external_id, email = self.get("author"), self.get("author_id"), self.get("author_email")
        verified = (
            email if email and "@" in email and (self.get("author_email_verified") or "").lower() in _YES else None
        )
        if not name and not external_id and not verified:
            return None
        url = fields.web_address(self.get("author_url"))
        return Author(external_id=external_id, handle=name, name=name, url=url, verified_email=verified)

    def hashed(self) -> str:
        """An id for a row that has none: the same row, imported again, has the same."""
        parts = [self.get(field) or "" for field in ("author", "author_id", "date", "title", "text", "product")]
        return "row-" + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]
