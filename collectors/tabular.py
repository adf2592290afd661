"""Posts from a file: a CSV export, JSON Lines with columns as such exports name them, or our own posts.jsonl."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import cast

from pydantic import BaseModel, Field, field_validator

from collectors import fields
from collectors.base import (
    Collector,
    Cursor,
    Page,
    Passport,
    Post,
    PostUnreadable,
    RawPost,
    ReplyDoor,
    SetAside,
    SourceBusy,
    SourceRefused,
    Spec,
)
from collectors.cells import BadCell
from collectors.columns import find_columns
from collectors.net import Net
from collectors.row_post import RowOptions, post_of, raw_of
from collectors.rows import BadRow, Row, open_sheet

_ROWS_A_PAGE = 500


class TabularOptions(RowOptions):
    """Which file, and how its columns are to be read."""

    path: Path = Field(description="The file: .csv, or .jsonl with one object a line.")
    encoding: str | None = Field(default=None, description="The file's encoding; unset: told by its bytes.")

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str | None) -> str | None:
        try:
            "".encode(value or "utf-8")
        except LookupError:
            raise ValueError(f"there is no encoding “{value}”; utf-8 and windows-1251 are some") from None
        return value


class Tabular:
    """Reads one file from top to bottom; the file is read again when its bytes have changed."""

    def __init__(self, options: TabularOptions) -> None:
        self._options = options
        self._reading = options.reading()

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield the file's rows, 500 a page; see `Collector.pages`. An unchanged file goes on behind the last page."""
        sheet = open_sheet(self._options.path, self._options.encoding)
        last = cursor or {}
        done = 0
        if last.get("fingerprint") == sheet.fingerprint:
            if last.get("finished") is True:
                yield Page(not_modified=True)
                return
            done = fields.count_or_none(last, "rows") or 0
        columns = self._columns(sheet.header())
        seen: dict[str, int] = {}
        rows = sheet.rows()
        for row in islice(rows, done):
            self._read(row, columns, seen)  # so that a repeated id is still told
        while True:
            try:
                block = list(islice(rows, _ROWS_A_PAGE))
            except OSError as error:
                raise SourceBusy(f"{sheet.path.name} can no longer be read: {error.strerror}.") from None
            done += len(block)
            finished = len(block) < _ROWS_A_PAGE
            results = [self._read(row, columns, seen) for row in block]
            posts = [result for result in results if isinstance(result, Post)]
            yield Page(
                posts=[post for post in posts if since is None or (post.edited_at or post.created_at) >= since],
                set_aside=[result for result in results if isinstance(result, SetAside)],
                cursor={"fingerprint": sheet.fingerprint, "rows": done, "finished": finished},
            )
            if finished:
                return

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one row; see `Collector.parse`."""
        return post_of(raw)

    def _columns(self, header: list[str]) -> dict[str, str]:
        name = self._options.path.name
        try:
            found = find_columns(header, self._options.columns)
        except ValueError as error:
            raise SourceRefused(f"The option columns does not fit {name}: {error}.", what_to_do="Correct it.") from None
        if "text" not in found and "title" not in found:
            raise SourceRefused(
                f"{name} has no column that looks like a text; it has: {', '.join(header)[:300] or 'none'}.",
                what_to_do="Say which it is with the option columns=text:NAME.",
            )
        if "date" not in found and self._options.date is None:
            raise SourceRefused(
                f"{name} has no column that looks like a date; it has: {', '.join(header)[:300]}.",
                what_to_do="Say which it is with columns=date:NAME, or give the option date=2026-12-31 for all rows.",
            )
        return found

    def _read(self, row: Row | BadRow, columns: dict[str, str], seen: dict[str, int]) -> Post | SetAside:
        place = f"{self._options.path.name} line {row.line}"
        if isinstance(row, BadRow):
            return SetAside(place=place, reason=row.reason, raw=row.raw)
        try:
            post = self.parse(raw_of(row.cells, columns, self._reading))
        except PostUnreadable as unreadable:
            column = f", column {unreadable.column}" if isinstance(unreadable, BadCell) else ""
            return SetAside(place=place + column, reason=str(unreadable), raw=fields.sample(row.cells))
        if post.external_id in seen:
            reason = f"It has the same id as line {seen[post.external_id]}: {post.external_id[:80]}"
            return SetAside(place=place, reason=reason, raw=fields.sample(row.cells))
        seen[post.external_id] = row.line
        return post


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:  # noqa: ARG001 - the Spec's signature
    """The collector for validated options; files need neither key nor network."""
    return Tabular(cast("TabularOptions", options))


SPEC = Spec(
    kind="tabular",
    title="CSV and JSON Lines files",
    options=TabularOptions,
    build=build,
    passport=Passport(
        may_link=True,
        may_reply=ReplyDoor.NONE,
        may_export=True,
        may_train=True,
        keep_raw_days=None,
        recheck_hours=None,
        attribution="Name of the file",
        terms="The file is the company's own: it answers for having the right to use it. A verified address in it may "
        "tie an author to a customer; posts of other platforms in it keep what their own terms forbid.",
    ),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=False,
)
