"""What one post of Bluesky says: in its app's view of posts, in a notification, or as a bare record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from collectors import fields
from collectors.base import JSON, Author, Engagement, Post, PostKind, PostUnreadable, RawPost

POST = "app.bsky.feed.post"
_SITE = "https://bsky.app"
_URI = re.compile(r"at://(did:[a-z0-9]+:[A-Za-z0-9._:%-]+)/app\.bsky\.feed\.post/([A-Za-z0-9._~:-]{1,512})\Z")
_NOBODY = "handle.invalid"  # what Bluesky shows where a handle no longer leads to its account


def is_post(name: str) -> bool:
    """Whether this is the address of a post, at://did/app.bsky.feed.post/key."""
    return _URI.match(name) is not None


def is_words(view: Mapping[str, JSON]) -> bool:
    """Whether it is a post, as far as it says what it is: notifications also tell of likes and followers."""
    return fields.obj_or_empty(view, "record").get("$type", POST) == POST and not view.get("notFound")


def without_us(view: JSON) -> JSON:
    """The view without what it says about the account that signed in (whom it mutes or follows)."""
    if not isinstance(view, dict):
        return view
    author = view.get("author")
    mine = {"author": {k: v for k, v in author.items() if k != "viewer"}} if isinstance(author, dict) else {}
    return {**{name: value for name, value in view.items() if name not in {"viewer", "isRead"}}, **mine}


def post_of(raw: RawPost) -> Post:
    """The post of one stored view: pure. Raises PostUnreadable."""
    view = fields.obj(raw, "post")
    record, uri = fields.obj(view, "record"), fields.text(view, "uri")
    match = _URI.match(uri)
    if match is None:
        raise PostUnreadable(f"“{uri[:80]}” is not the address of a post.", raw=fields.sample(view))
    did, key = match.groups()
    reply = fields.obj_or_empty(record, "reply")
    parent = fields.text_or_none(fields.obj_or_empty(reply, "parent"), "uri")
    root = fields.text_or_none(fields.obj_or_empty(reply, "root"), "uri")
    return Post(
        kind=PostKind.COMMENT if parent else PostKind.POST,
        external_id=uri,
        url=f"{_SITE}/profile/{did}/post/{key}",
        text=_text(record),
        created_at=made_at(view),
        author=_author(fields.obj_or_empty(view, "author"), did),
        thread_id=(root or parent) if parent else uri,
        parent_id=parent,
        language=_language(record),
        product=fields.text_or_none(raw, "product"),
        engagement=Engagement(
            likes=fields.count_or_none(view, "likeCount"),
            replies=fields.count_or_none(view, "replyCount"),
            shares=fields.count_or_none(view, "repostCount"),
        ),
        raw=raw,
    )


def made_at(view: Mapping[str, JSON]) -> datetime:
    """When it was written: the author's word, which may be anything, but not later than when Bluesky saw it."""
    record, seen = fields.obj(view, "record"), fields.instant_or_none(view, "indexedAt")
    written = fields.instant_or_none(record, "createdAt")
    if written is None and seen is None:
        return fields.instant(record, "createdAt")
    return min(moment for moment in (written, seen) if moment is not None).astimezone(UTC)


def _text(record: Mapping[str, JSON]) -> str:
    """The words; where there are none, what the author says about the pictures."""
    text = fields.text(record, "text") if record.get("text") is not None else ""
    embed = fields.obj_or_empty(record, "embed")
    pictures = fields.objects(embed.get("images") or fields.obj_or_empty(embed, "media").get("images"))
    return text or "\n\n".join(filter(None, (fields.text_or_none(picture, "alt") for picture in pictures)))


def _language(record: Mapping[str, JSON]) -> str | None:
    """The language, where the author names one only."""
    named = record.get("langs")
    if not isinstance(named, list) or len(named) != 1 or not isinstance(named[0], str):
        return None
    return fields.language_tag(named[0])


def _author(account: Mapping[str, JSON], did: str) -> Author:
    handle = fields.text_or_none(account, "handle")
    return Author(
        external_id=did,
        handle=None if handle == _NOBODY else handle,
        name=fields.text_or_none(account, "displayName"),
        url=f"{_SITE}/profile/{did}",
    )
