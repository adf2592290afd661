"""What one entry of a feed says: the words in its markup, its times, its author, its language."""

from __future__ import annotations

import re
import time
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast

from collectors import fields
from collectors.base import JSON, Author, Engagement, Post, PostUnreadable, RawPost
from collectors.plain import from_html, tidy

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_MONTHS = {
    "gen": "Jan", "ene": "Jan", "janv": "Jan", "jän": "Jan", "févr": "Feb", "fév": "Feb", "fev": "Feb", "mars": "Mar",
    "mär": "Mar", "mrz": "Mar", "avr": "Apr", "abr": "Apr", "mag": "May", "mai": "May", "mayo": "May", "giu": "Jun",
    "juin": "Jun", "lug": "Jul", "juil": "Jul", "ago": "Aug", "août": "Aug", "set": "Sep", "sett": "Sep", "sept": "Sep",
    "ott": "Oct", "okt": "Oct", "out": "Oct", "dic": "Dec", "déc": "Dec", "dez": "Dec",
}  # fmt: skip
"""Short names of months in Italian, Spanish, French, German and Portuguese, where they are not the English ones."""


def post_of(raw: RawPost) -> Post:
    """The post of one stored entry: pure, no clock. Raises PostUnreadable."""
    entry, about = fields.obj(raw, "entry"), fields.obj_or_empty(raw, "feed")
    created = _moment(entry, "published") or _moment(entry, "updated") or _seen(raw)
    changed = _moment(entry, "updated")
    title, body = _markup(fields.obj_or_empty(entry, "title_detail")), _body(entry)
    name = fields.text(raw, "id")
    if not name:
        raise PostUnreadable("The entry has no id.", raw=fields.sample(entry))
    if not body and not title:
        raise PostUnreadable("The entry has neither a text nor a title.", raw=fields.sample(entry))
    return Post(
        kind=fields.kind(raw, "kind"),
        external_id=name,
        url=fields.web_address(fields.text_or_none(entry, "link")),
        title=title or None,
        text=body or title,
        created_at=created,
        edited_at=changed if changed and changed > created else None,
        author=_author(entry),
        language=_language(entry, about),
        product=fields.text_or_none(raw, "product"),
        engagement=Engagement(replies=_comments(entry)),
        raw=raw,
    )


def _seen(raw: RawPost) -> datetime:
    """When the entry was first fetched: stands in for the date of an entry that has none."""
    return fields.instant(raw, "seen_at")


def _moment(entry: Mapping[str, JSON], name: str) -> datetime | None:
    parsed = entry.get(f"{name}_parsed")
    if isinstance(parsed, list):
        try:
            return datetime.fromtimestamp(timegm(cast("time.struct_time", tuple(parsed))), UTC)
        except (ValueError, OverflowError, OSError, TypeError, IndexError):
            parsed = None
    stated = fields.text_or_none(entry, name)
    if stated and (found := _in_another_language(stated)) is not None:
        return found
    if stated:
        raise PostUnreadable(f"The entry's {name} date is no date: “{stated[:60]}”.", raw=fields.sample(dict(entry)))
    return None


def _in_another_language(stated: str) -> datetime | None:
    """The time of “mer, 16 nov 2022 00:38:15 +0100”: RFC 2822 has English months alone, publishers have their own."""
    if _YEAR.search(stated) is None:
        return None
    words = [_MONTHS.get(word.lower().rstrip("."), word.rstrip(".")) for word in stated.split()]
    try:
        moment = parsedate_to_datetime(" ".join(words))
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def _markup(detail: Mapping[str, JSON]) -> str:
    value = fields.text_or_none(detail, "value") or ""
    return tidy(value) if detail.get("type") == "text/plain" else from_html(value)


def _body(entry: Mapping[str, JSON]) -> str:
    content = entry.get("content")
    parts = [_markup(part) for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    return max([*parts, _markup(fields.obj_or_empty(entry, "summary_detail"))], key=len)


def _author(entry: Mapping[str, JSON]) -> Author | None:
    detail = fields.obj_or_empty(entry, "author_detail")
    name = fields.text_or_none(detail, "name") or fields.text_or_none(entry, "author")
    href = fields.web_address(fields.text_or_none(detail, "href"))
    if not name and not href:
        return None
    return Author(handle=name, name=name, url=href)


def _language(entry: Mapping[str, JSON], about: Mapping[str, JSON]) -> str | None:
    tag = fields.text_or_none(fields.obj_or_empty(entry, "title_detail"), "language") or fields.text_or_none(
        about, "language"
    )
    return fields.language_tag(tag)


def _comments(entry: Mapping[str, JSON]) -> int | None:
    stated = fields.text_or_none(entry, "slash_comments") or ""
    return int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 10 else None
