"""What the cursor holds between two runs: each known review's content, and what servers said about their pages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from collectors import fields
from collectors.base import JSON, Cursor, RawPost
from collectors.product_pages.opinions import read_opinion
from collectors.product_pages.orders import Validators

_REMEMBERED = 3000  # reviews; those met least lately are forgotten first, and handed over again when met again


class Memory:
    """A cursor, opened. Starts with what the last run knew and takes in what this one meets."""

    def __init__(self, cursor: Cursor | None) -> None:
        last = cursor or {}
        self._known: dict[str, JSON] = dict(fields.obj_or_empty(last, "reviews"))
        self._pages: dict[str, JSON] = dict(fields.obj_or_empty(last, "pages"))
        self.had_reviews = bool(self._known)

    def validators(self, urls: Sequence[str]) -> dict[str, Validators]:
        """What to ask the servers of these pages with, so that they can say "not modified"."""
        kept = {url: fields.obj_or_empty(self._pages, url) for url in urls}
        return {
            url: Validators(
                etag=fields.text_or_none(page, "etag"), last_modified=fields.text_or_none(page, "last_modified")
            )
            for url, page in kept.items()
            if page
        }

    def dated(self, raw: RawPost, fetched_at: str) -> RawPost:
        """The review, with the time at which it was first met where the page gives no date (`fetched_at`)."""
        block, syntax = fields.obj_or_empty(raw, "block"), fields.text_or_none(raw, "syntax") or ""
        if read_opinion(block, syntax).created_at is not None:
            return raw
        first = str(self._known.get(_key(raw), "")).partition("@")[2]
        return {**raw, "fetched_at": first or fetched_at}

    def changed(self, raw: RawPost) -> bool:
        """Take the review in; whether it is new, or other than last time."""
        content = _short(json.dumps([raw.get("block"), raw.get("about")], sort_keys=True))
        first = raw.get("fetched_at")
        value = f"{content}@{first}" if first else content
        before = self._known.pop(_key(raw), None)
        self._known[_key(raw)] = value
        return before != value

    def cursor(self, pages: Mapping[str, Validators]) -> Cursor:
        """The cursor to store. `pages` are the start pages that may answer "not modified" next time."""
        told: dict[str, JSON] = {url: dict(page.model_dump(exclude_none=True)) for url, page in pages.items()}
        return {"reviews": dict(list(self._known.items())[-_REMEMBERED:]), "pages": told}


def _key(raw: RawPost) -> str:
    return _short(str(raw.get("id")))


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
