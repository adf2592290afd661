"""One row of somebody's data as a post: a line of a file, an object of a webhook; or one of our own posts in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from collectors import fields, registry
from collectors.base import JSON, Engagement, Post, PostKind, PostUnreadable, RawPost
from collectors.cells import BadCell, Cells
from collectors.columns import ALIASES
from collectors.options import Options, Pairs
from collectors.public import post_from_json


class RowOptions(Options):
    """How the fields of rows are to be read."""

    columns: Pairs = Field(
        default_factory=dict,
        description=f"Pairs like text:Notes,date:When where a name does not tell. Fields: {', '.join(ALIASES)}.",
    )
    timezone: str = Field(default="UTC", description="The zone of dates that name none, as Europe/Berlin.")
    day_first: bool | None = Field(default=None, description="How 03/04/2026 is meant: true is the 3rd of April.")
    date: datetime | None = Field(default=None, description="The date of rows that have none.")
    rating_min: float | None = Field(default=None, description="The worst rating; unset: 1 on scales up to 7, else 0.")
    rating_max: float = Field(default=5, gt=0, description="The best rating.")
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

    def reading(self) -> dict[str, Any]:
        """What is stored beside each row, so that it is read in the same way later."""
        return self.model_dump(mode="json", include=_READING)


_READING = {"timezone", "day_first", "date", "rating_min", "rating_max", "kind", "product", "language"}


def raw_of(row: Mapping[str, JSON], columns: Mapping[str, str], reading: Mapping[str, JSON]) -> RawPost:
    """What is stored of a row; one that is a post of ours in its public form stands for itself."""
    if isinstance(row.get("collector"), str) and {"external_id", "created_at", "text"} <= row.keys():
        return {"form": dict(row)}
    return {"row": dict(row), "columns": dict(columns.items()), "reading": dict(reading)}


def post_of(raw: RawPost) -> Post:
    """The post of one stored row: pure. Raises PostUnreadable; BadCell where one column is to blame."""
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
        engagement=Engagement(likes=cells.count("likes"), replies=cells.count("replies"), shares=cells.count("shares")),
        raw=raw,
    )


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
