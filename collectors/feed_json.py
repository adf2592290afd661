"""A JSON Feed (jsonfeed.org, versions 1 and 1.1) brought into the form that entries of RSS and Atom have here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast

from collectors import fields
from collectors.base import JSON
from collectors.plain import storable


def read_json_feed(body: bytes) -> tuple[JSON, list[dict[str, JSON]]] | None:
    """What is said of the feed as a whole, and its entries; None where this is JSON, but no feed.

    Raises ValueError where it is no whole JSON.
    """
    try:
        read = storable(cast("JSON", json.loads(body)))
    except RecursionError:
        return None
    if not isinstance(read, dict) or "jsonfeed.org" not in str(read.get("version")):
        return None
    about: dict[str, JSON] = {name: read.get(name) for name in ("title", "description", "language")}
    about["link"] = read.get("home_page_url")
    shared = _author(read)
    return about, [_entry(item, shared) for item in fields.list_or_empty(read, "items") if isinstance(item, dict)]


def _entry(item: Mapping[str, JSON], shared: Mapping[str, JSON]) -> dict[str, JSON]:
    """One item; `shared` is the feed's author, for items that name none."""
    title, summary = fields.text_or_none(item, "title"), fields.text_or_none(item, "summary")
    language = item.get("language")
    contents: list[JSON] = [
        {"type": kind, "value": value}
        for name, kind in (("content_html", "text/html"), ("content_text", "text/plain"))
        if (value := fields.text_or_none(item, name))
    ]
    author = _author(item) or shared
    entry: dict[str, JSON] = {
        "id": fields.text_or_none(item, "id"),
        "link": fields.text_or_none(item, "url") or fields.text_or_none(item, "external_url"),
        "title": title,
        "title_detail": {"type": "text/plain", "value": title, "language": language},
        "summary": summary,
        "summary_detail": {"type": "text/plain", "value": summary},
        "content": contents[:1],
        "author": author.get("name"),
        "author_detail": {"name": author.get("name"), "href": author.get("url")},
    }
    for name, of_item in (("published", "date_published"), ("updated", "date_modified")):
        entry[name] = fields.text_or_none(item, of_item)
        entry[f"{name}_parsed"] = _parsed(entry[name])
    return entry


def _author(holder: Mapping[str, JSON]) -> dict[str, JSON]:
    """The first of the authors (1.1), or the author (1)."""
    listed = [author for author in fields.list_or_empty(holder, "authors") if isinstance(author, dict)]
    return listed[0] if listed else fields.obj_or_empty(holder, "author")


def _parsed(stated: JSON) -> JSON:
    if not isinstance(stated, str):
        return None
    try:
        moment = datetime.fromisoformat(stated)
        utc = (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return [utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second]
