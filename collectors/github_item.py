"""What one issue, comment or discussion on GitHub says, as REST, GraphQL and webhooks write it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from collectors import fields
from collectors.base import JSON, Author, Engagement, Post, PostKind, RawPost
from collectors.plain import tidy

_HINTS = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)  # what templates tell the author, never shown
_NUMBER = re.compile(r"/(?:issues|pull|discussions)/(\d+)")


def post_of(raw: RawPost) -> Post:
    """The post of one stored payload: pure. Raises PostUnreadable."""
    item, what = fields.obj(raw, "item"), fields.text(raw, "what")
    comment = what.endswith("comment")
    title = None if comment else fields.text(item, "title")
    created = fields.instant(item, _either(item, "created_at", "createdAt"))
    return Post(
        kind=PostKind.COMMENT if comment else PostKind.POST,
        external_id=_name(item, what),
        url=_address(item),
        title=title,
        text=_words(item) or title or "",
        created_at=created,
        edited_at=_edited(item, comment=comment),
        author=_author(item),
        thread_id=f"{fields.text(raw, 'repo')}#{_number(raw, item)}",
        parent_id=fields.text_or_none(raw, "parent"),
        product=fields.text_or_none(raw, "product"),
        engagement=Engagement(likes=_likes(item), replies=_replies(item)),
        raw=raw,
    )


def is_pull_request(item: Mapping[str, JSON]) -> bool:
    """Whether this is a pull request, or a comment on one: both stand among the issues."""
    return item.get("pull_request") is not None or "/pull/" in (_address(item) or "")


def is_by_bot(item: Mapping[str, JSON]) -> bool:
    """Whether a program wrote it."""
    user = _user(item)
    marks = (fields.text_or_none(user, "type"), fields.text_or_none(user, "__typename"))
    return "Bot" in marks or (fields.text_or_none(user, "login") or "").endswith("[bot]")


def changed_at(item: Mapping[str, JSON]) -> int | None:
    """When GitHub last changed it, in seconds since 1970."""
    found = fields.instant_or_none(item, _either(item, "updated_at", "updatedAt"))
    return int(found.timestamp()) if found is not None else None


def node_of(item: Mapping[str, JSON]) -> str | None:
    """Its id all over GitHub: node_id in REST, id in GraphQL."""
    name = "node_id" if item.get("node_id") is not None else "id"
    return fields.text_or_none(item, name) if isinstance(item.get(name), str) else None


def _either(item: Mapping[str, JSON], one: str, other: str) -> str:
    return one if one in item or other not in item else other


def _name(item: Mapping[str, JSON], what: str) -> str:
    return node_of(item) or f"{what} {fields.text(item, 'id')}"


def _address(item: Mapping[str, JSON]) -> str | None:
    return fields.web_address(fields.text_or_none(item, _either(item, "html_url", "url")))


def _number(raw: RawPost, item: Mapping[str, JSON]) -> str:
    told = fields.text_or_none(item, "number") or fields.text_or_none(raw, "number")
    if told is not None:
        return told
    found = _NUMBER.search(fields.text_or_none(item, "issue_url") or _address(item) or "")
    return found[1] if found else ""


def _words(item: Mapping[str, JSON]) -> str:
    body = fields.text_or_none(item, "body") or ""
    return tidy(_HINTS.sub("", body)) if "<!--" in body else body


def _edited(item: Mapping[str, JSON], *, comment: bool) -> datetime | None:
    """An issue also counts as updated when someone else comments or labels, so only comments tell by that."""
    if "lastEditedAt" in item or not comment:
        return fields.instant_or_none(item, "lastEditedAt")
    created, updated = fields.instant_or_none(item, "created_at"), fields.instant_or_none(item, "updated_at")
    return updated if created is not None and updated is not None and updated > created else None


def _likes(item: Mapping[str, JSON]) -> int | None:
    if "upvoteCount" in item:
        return fields.count_or_none(item, "upvoteCount")
    return fields.count_or_none(fields.obj_or_empty(item, "reactions"), "+1")


def _replies(item: Mapping[str, JSON]) -> int | None:
    counted = item.get("comments", item.get("replies"))
    if isinstance(counted, dict):
        return fields.count_or_none(counted, "totalCount")
    return fields.count_or_none(item, "comments" if "comments" in item else "child_comment_count")


def _user(item: Mapping[str, JSON]) -> dict[str, JSON]:
    return fields.obj_or_empty(item, _either(item, "user", "author"))


def _author(item: Mapping[str, JSON]) -> Author | None:
    user = _user(item)
    login = fields.text_or_none(user, "login")
    if login is None:  # a deleted account
        return None
    number = fields.text_or_none(user, _either(user, "id", "databaseId"))
    return Author(external_id=number, handle=login, url=fields.web_address(_address(user)))
