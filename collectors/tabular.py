"""Posts from a file: a CSV export, JSON Lines with columns as such exports name them, or our own posts.jsonl."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, field_validator

from collectors import fields, registry
from collectors.base import (
    JSON,
    Collector,
    Cursor,
    Engagement,
    Page,
    Passport,
    Post,
    PostKind,
    PostUnreadable,
    RawPost,
    ReplyDoor,
    SetAside,
    SourceBusy,
    SourceRefused,
    Spec,
)
from collectors.cells import BadCell, Cells
from collectors.columns import ALIASES, find_columns
from collectors.net import Net
from collectors.options import Options, Pairs
from collectors.public import post_from_json
from collectors.rows import BadRow, Row, open_sheet

_ROWS_A_PAGE = 500


class TabularOptions(Options):
    """Which file, and how its columns are to be read."""

    path: Path = Field(description="The file: .csv, or .jsonl with one object a line.")
    columns: Pairs = Field(
        default_factory=dict,
        description=f"Pairs like text:Notes,date:When where a name does not tell. Fields: {', '.join(ALIASES)}.",
    )
    timezone: str = Field(default="UTC", description="The zone of dates that name none, as Europe/Berlin.")
    day_first: bool | None = Field(default=None, description="How 03/04/2026 is meant: true is the 3rd of April.")
    date: datetime | None = Field(default=None, description="The date of rows that have none.")
    rating_min: float | None = Field(default=None, description="The worst rating; unset: 1 on scales up to 7, else 0.")
    rating_max: float = Field(default=5, gt=0, description="The best rating.")
    encoding: str | None = Field(default=None, description="The file's encoding; unset: told by its bytes.")
    kind: PostKind = Field(default=PostKind.REVIEW, description="What its rows are: review, post, comment, message.")
    product: str | None = Field(default=None, description="The product of rows that name none.")
    language: str | None = Field(default=None, description="The language (BCP 47) of rows that name none.")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"there is no time zone “{value}”; Europe/Berlin is one") from None
        return value

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
        self._reading = options.model_dump(mode="json", include=_READING)  # stored beside each row, for `parse`

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
        if "form" in raw:
            return _from_public(raw)
        cells = Cells(raw)
        text, title = cells.get("text"), cells.get("title")
        if not text and not title:
            raise BadCell(cells.column("text"), "There is no text.")
        created = cells.date("date") or cells.default_date()
        edited = cells.date("edited")
        rating, label = cells.rating()
        return Post(
            kind=cells.kind(),
            external_id=cells.get("id") or cells.hashed(),
            url=fields.web_address(cells.get("url")),
            title=title,
            text=text or title or "",
            created_at=created,
            edited_at=edited if edited and edited > created else None,
            author=cells.author(),
            thread_id=cells.get("thread_id"),
            parent_id=cells.get("parent_id"),
            language=fields.language_tag(cells.get("language") or cells.reading("language")),
            rating=rating,
            rating_label=label,
            product=cells.get("product") or cells.reading("product"),
            product_version=cells.get("product_version"),
            order_number=cells.get("order_number"),
            engagement=Engagement(
                likes=cells.count("likes"), replies=cells.count("replies"), shares=cells.count("shares")
            ),
            raw=raw,
        )

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
            post = self.parse(self._raw(row, columns))
        except PostUnreadable as unreadable:
            column = f", column {unreadable.column}" if isinstance(unreadable, BadCell) else ""
            return SetAside(place=place + column, reason=str(unreadable), raw=fields.sample(row.cells))
        if post.external_id in seen:
            reason = f"It has the same id as line {seen[post.external_id]}: {post.external_id[:80]}"
            return SetAside(place=place, reason=reason, raw=fields.sample(row.cells))
        seen[post.external_id] = row.line
        return post

    def _raw(self, row: Row, columns: dict[str, str]) -> RawPost:
        if isinstance(row.cells.get("collector"), str) and {"external_id", "created_at", "text"} <= row.cells.keys():
            return {"form": row.cells}
        return {"row": row.cells, "columns": dict(columns.items()), "reading": dict(self._reading)}


_READING = {"timezone", "day_first", "date", "rating_min", "rating_max", "kind", "product", "language"}


def _from_public(raw: RawPost) -> Post:
    form = fields.obj(raw, "form")
    kind = fields.text(form, "collector")
    try:
        passport = registry.spec(kind).passport
    except registry.UnknownKind as unknown:
        raise PostUnreadable(str(unknown), raw=fields.sample(form)) from None
    if passport.recheck_hours is not None:
        raise PostUnreadable(
            f"Posts of {kind} may not come from a file: deletions there must be followed, which a file cannot tell.",
            raw=fields.sample(form),
        )
    hidden: dict[str, JSON] = {} if passport.may_link else {"author": None, "order_number": None}
    return post_from_json({**form, **hidden}, raw=raw)


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
