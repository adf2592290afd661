"""What is written in an RSS, Atom or JSON feed: blogs, forums, news.

A feed is a window on the newest entries and has no further pages. What is new or changed is told by comparing with the
window of the last poll; where the two do not overlap, entries in between were missed, and a gap is reported.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast

import feedparser
from lxml import etree, html
from pydantic import BaseModel, Field

from collectors import fields
from collectors.base import (
    JSON,
    Collector,
    CollectorError,
    Cursor,
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
from collectors.feed_entry import post_of
from collectors.feed_json import read_json_feed
from collectors.net import Answer, Net, shown
from collectors.options import Options
from collectors.plain import storable

_LAST_TAG = re.compile(rb"</\s*(?:\w+:)?(?:rss|feed|rdf)\s*>\s*\Z", re.IGNORECASE)
_FEED_TAG = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf)\b")
_FEED_LINKS = (
    "//link[contains(@rel,'alternate')]"
    "[contains(@type,'rss') or contains(@type,'atom') or contains(@type,'feed+json')]/@href"
)
_ACCEPTED = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_REMEMBERED = 1000


class FeedOptions(Options):
    """Which feed to listen to."""

    url: str = Field(min_length=8, description="The feed's address, https://…")
    product: str | None = Field(default=None, description="The product that its entries are about.")
    kind: PostKind = Field(default=PostKind.POST, description="What its entries are: review, post, comment, message.")


@dataclass(frozen=True, slots=True)
class _Entry:
    place: str
    raw: RawPost
    content: str  # a hash of all that a reader can see

    @property
    def name(self) -> str:
        return str(self.raw["id"])


class Feed:
    """Listens to one feed."""

    def __init__(self, options: FeedOptions, net: Net) -> None:
        self._options = options
        self._net = net
        net.home(options.url)

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield one page: the entries that are new or changed since the last poll; see `Collector.pages`."""
        last = cursor or {}
        known = fields.obj_or_empty(last, "entries")
        answer = self._net.fetch(
            self._options.url,
            etag=fields.text_or_none(last, "etag"),
            last_modified=fields.text_or_none(last, "last_modified"),
            headers={"Accept": _ACCEPTED},
        )
        if answer.not_modified:
            yield Page(not_modified=True)
            return
        try:
            entries, cut = self._entries(answer)
        except SourceRefused as refused:
            if known:  # it was a feed: what stands in its place will pass
                raise SourceBusy(str(refused)) from refused
            raise
        if known and not entries:
            raise SourceBusy(
                f"{shown(answer.url)} is empty, though it had entries before. Taken as a fault of the feed."
            )
        new = [entry for entry in entries if known.get(_short(entry.name)) != entry.content]
        posts, set_aside = self._read(new, None if known else since)
        overlap = any(_short(entry.name) in known for entry in entries)
        yield Page(
            posts=posts,
            set_aside=[*set_aside, *cut],
            cursor=_cursor(answer, entries, whole=not cut),
            gap=None if overlap or not known else _GAP,
            total=len(entries) + len(cut),
        )

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one entry; see `Collector.parse`."""
        return post_of(raw)

    def _entries(self, answer: Answer) -> tuple[list[_Entry], list[SetAside]]:
        """The feed's entries, and the one at which a feed that breaks off was cut."""
        where = shown(answer.url)
        if not answer.body.strip():
            raise SourceBusy(f"{where} sent an empty answer where a feed was due.")
        about, rows, whole = _read(answer)
        names = Counter(_given_name(row) for row in rows)
        entries = [
            self._entry(row, about, answer, f"{where}, entry {number}", alone=names[_given_name(row)] == 1)
            for number, row in enumerate(rows, start=1)
        ]
        if not whole:
            if not entries:
                raise SourceBusy(f"{where} breaks off before its first entry.")
            last = entries.pop()
            reason = "The feed breaks off in this entry. It is read again at the next poll."
            return entries, [SetAside(place=last.place, reason=reason, raw=fields.sample(last.raw))]
        return entries, []

    def _entry(self, row: dict[str, JSON], about: JSON, answer: Answer, place: str, *, alone: bool) -> _Entry:
        seen = [row.get("title"), row.get("summary"), row.get("content"), row.get("link")]
        content = _short(json.dumps(seen, sort_keys=True))
        name = _given_name(row)
        if not name or not alone:
            name = "entry-" + _short(f"{name}\n{row.get('title')}\n{row.get('published') or row.get('summary')}")
        raw: RawPost = {
            "id": name,
            "entry": row,
            "feed": about,
            "kind": self._options.kind.value,
            "product": self._options.product,
            "seen_at": _served_at(answer).isoformat(),
        }
        return _Entry(place=place, raw=raw, content=content)

    def _read(self, entries: list[_Entry], since: datetime | None) -> tuple[list[Post], list[SetAside]]:
        posts: list[Post] = []
        set_aside: list[SetAside] = []
        for entry in entries:
            try:
                post = self.parse(entry.raw)
            except PostUnreadable as unreadable:
                set_aside.append(SetAside(place=entry.place, reason=str(unreadable), raw=unreadable.raw))
                continue
            if since is None or (post.edited_at or post.created_at) >= since:
                posts.append(post)
        return posts, set_aside


def _possible(reference: re.Match[bytes]) -> bytes:
    """A reference to a character; one to none becomes the sign for that, since the parser breaks down over it."""
    digits = reference[1].lower()
    number = int(digits[1:], 16) if digits.startswith(b"x") else int(digits)
    return reference[0] if number <= sys.maxunicode else b"&#xFFFD;"


def _read(answer: Answer) -> tuple[JSON, list[dict[str, JSON]], bool]:
    """What is said of the feed, its entries, and whether it came to its end. Raises where it is none."""
    if answer.body[:40].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").startswith(b"{"):
        try:
            found = read_json_feed(answer.body)
        except ValueError:
            raise SourceBusy(f"{shown(answer.url)} is cut off or damaged ({len(answer.body)} bytes).") from None
        if found is None:
            raise _not_a_feed(answer)
        return *found, True
    told = {"content-type": answer.headers.get("content-type", ""), "content-location": answer.url}
    body = _REFERENCE.sub(_possible, answer.body)
    try:
        read = feedparser.parse(body, response_headers=told, resolve_relative_uris=True, sanitize_html=True)
    except (ValueError, LookupError, AssertionError, RecursionError, AttributeError, TypeError) as error:
        # The parser's own stumbles over what no publisher's program writes.
        raise SourceBusy(f"{shown(answer.url)} is damaged: it cannot be read ({type(error).__name__}).") from error
    if not read.version:
        raise _not_a_feed(answer)
    rows = [cast("dict[str, JSON]", _plain(dict(entry))) for entry in read.entries]
    return _plain(dict(read.feed)), rows, not read.bozo or _ends(answer.body)


_REFERENCE = re.compile(rb"&#(x[0-9a-fA-F]{5,100}|[0-9]{6,100});?")  # shorter ones are all characters
_GAP = "None of the entries of the last poll is still in the feed: some in between may be missing. Listen more often."


def _cursor(answer: Answer, entries: list[_Entry], *, whole: bool) -> Cursor:
    """The window for the next poll; a feed that broke off must be sent whole next time, so its tags are not kept."""
    return {
        "etag": answer.headers.get("etag") if whole else None,
        "last_modified": answer.headers.get("last-modified") if whole else None,
        "entries": {_short(entry.name): entry.content for entry in entries[:_REMEMBERED]},
    }


def _given_name(row: Mapping[str, JSON]) -> str:
    return fields.text_or_none(row, "id") or fields.text_or_none(row, "link") or ""


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _plain(value: object) -> JSON:
    """feedparser's objects as plain JSON; times as lists of numbers."""
    if isinstance(value, time.struct_time):
        return [int(part) for part in value[:6]]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return storable(value) if isinstance(value, str | int | float | bool) else None


def _ends(body: bytes) -> bool:
    tail = body.rstrip(b"\x00 \r\n\t")[-400:].replace(b"\x00", b"")  # UTF-16 without its zeros
    return _LAST_TAG.search(re.sub(rb"<!--.*?-->", b"", tail).rstrip()) is not None


def _served_at(answer: Answer) -> datetime:
    try:
        return parsedate_to_datetime(answer.headers["date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return datetime.now(UTC)


def _not_a_feed(answer: Answer) -> CollectorError:
    where, start = shown(answer.url), answer.body[:500].lower().replace(b"\x00", b"")
    if _FEED_TAG.search(start):
        return SourceBusy(f"{where} is cut off or damaged ({len(answer.body)} bytes).")
    if b"<html" not in start and b"<!doctype html" not in start:
        return SourceRefused(f"{where} is not an RSS, Atom or JSON feed.", what_to_do="Check the option url.")
    try:
        links = html.fromstring(answer.body).xpath(_FEED_LINKS)
    except (etree.LxmlError, ValueError):
        links = []
    hint = f"The page names this feed: {links[0]}" if links else "Give the address of the feed itself."
    return SourceRefused(f"{where} is a web page, not a feed.", what_to_do=str(hint)[:300])


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:  # noqa: ARG001 - the Spec's signature
    """The collector for validated options; feeds need no key."""
    return Feed(cast("FeedOptions", options), net)


SPEC = Spec(
    kind="feed",
    title="RSS, Atom and JSON feeds",
    options=FeedOptions,
    build=build,
    passport=Passport(
        may_link=False,
        may_reply=ReplyDoor.LINK,
        may_export=False,
        may_train=False,
        keep_raw_days=None,
        recheck_hours=None,
        attribution="Name of the feed, with a link to the entry",
        terms="A feed is published to be read, and each publisher has terms of its own: passing its texts on, or tying "
        "its authors to customers, needs the publisher's and the author's consent.",
    ),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=False,
)
