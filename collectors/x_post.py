"""What one post on X says. Its id holds the moment at which it was written; an edit is a post with an id of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape

from collectors import fields
from collectors.base import JSON, Author, Engagement, Post, PostKind, PostUnreadable, RawPost

SITE = "https://x.com"
_EPOCH = 1_288_834_974_657  # milliseconds since 1970 at which ids that hold a time begin
_FIRST_TIMED = 1 << 36  # ids below this are older, and only count
_RENAMED = {"in": "id", "iw": "he", "ji": "yi"}  # X keeps names of languages that BCP 47 has given up
_USER = ("id", "username", "name", "verified", "public_metrics")


def number_of(item: JSON, name: str = "id") -> int:
    """The post's id, which grows with time; 0 where there is none."""
    value = item.get(name) if isinstance(item, dict) else None
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def versions(item: Mapping[str, JSON]) -> list[int]:
    """The ids of all versions of the post, the first one first; one that was never edited has only its own."""
    told = [number_of({"id": name}) for name in fields.list_or_empty(item, "edit_history_tweet_ids")]
    return sorted({number for number in [*told, number_of(dict(item))] if number})


def users(answer: Mapping[str, JSON]) -> dict[str, JSON]:
    """The authors that came with an answer, by id, and of each only what a post shows."""
    included = fields.objects(fields.obj_or_empty(answer, "includes").get("users"))
    return {str(user.get("id")): {name: user[name] for name in _USER if name in user} for user in included}


def post_of(raw: RawPost) -> Post:
    """The post of one stored payload: pure. Raises PostUnreadable."""
    item = fields.obj(raw, "post")
    number = number_of(item)
    if not number:
        raise PostUnreadable("The field id should be the post's number.", raw=fields.sample(item))
    first, edited = versions(item)[0], len(versions(item)) > 1
    written = fields.instant_or_none(item, "created_at") or _moment(number, item)
    metrics = fields.obj_or_empty(item, "public_metrics")
    return Post(
        kind=PostKind.POST,
        external_id=str(first),
        url=f"{SITE}/i/status/{number}",
        text=unescape(_words(item)),
        created_at=_moment(first, item) if edited else written,
        edited_at=written if edited else None,
        author=_author(raw, item),
        thread_id=fields.text_or_none(item, "conversation_id"),
        parent_id=_answered(item),
        language=_language(item),
        product=fields.text_or_none(raw, "product"),
        engagement=Engagement(
            likes=fields.count_or_none(metrics, "like_count"),
            replies=fields.count_or_none(metrics, "reply_count"),
            shares=_shares(metrics),
        ),
        raw=raw,
    )


def _moment(number: int, item: Mapping[str, JSON]) -> datetime:
    if number < _FIRST_TIMED:
        return fields.instant(item, "created_at")
    try:
        return datetime.fromtimestamp(((number >> 22) + _EPOCH) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise PostUnreadable(f"The id {number} holds no time.", raw=fields.sample(dict(item))) from None


def _words(item: Mapping[str, JSON]) -> str:
    """The whole text: of a long post, `text` is only the beginning."""
    return fields.text_or_none(fields.obj_or_empty(item, "note_tweet"), "text") or fields.text(item, "text")


def _answered(item: Mapping[str, JSON]) -> str | None:
    above = fields.objects(item.get("referenced_tweets"))
    return next((fields.text_or_none(one, "id") for one in above if one.get("type") == "replied_to"), None)


def _language(item: Mapping[str, JSON]) -> str | None:
    """The language that X found; names such as und, qme or zxx say that there is none."""
    told = fields.language_tag(fields.text_or_none(item, "lang"))
    return _RENAMED.get(told, told) if told is not None and len(told.partition("-")[0]) == 2 else None


def _shares(metrics: Mapping[str, JSON]) -> int | None:
    counts = [fields.count_or_none(metrics, name) for name in ("retweet_count", "quote_count")]
    return sum(count for count in counts if count is not None) if any(count is not None for count in counts) else None


def _author(raw: RawPost, item: Mapping[str, JSON]) -> Author | None:
    user = fields.obj_or_empty(raw, "author")
    number = fields.text_or_none(item, "author_id") or fields.text_or_none(user, "id")
    handle = fields.text_or_none(user, "username")
    if number is None and handle is None:
        return None
    return Author(
        external_id=number,
        handle=handle,
        name=fields.text_or_none(user, "name"),
        url=f"{SITE}/{handle}" if handle else None,
        reach=fields.count_or_none(fields.obj_or_empty(user, "public_metrics"), "followers_count"),
    )
