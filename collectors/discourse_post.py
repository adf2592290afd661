"""What one post of a Discourse forum says, and whether it is still shown."""

from __future__ import annotations

import re
from collections.abc import Mapping

from collectors import fields
from collectors.base import JSON, Author, Engagement, Post, PostKind, PostUnreadable, RawPost
from collectors.plain import from_simple_html

_OTHERS_WORDS = re.compile(
    r"<aside class=\"(?:quote|onebox)(?:(?!<aside\b).)*?</aside>", re.IGNORECASE | re.DOTALL
)  # one that holds no other
_LIKE = 2  # the number of "like" among a forum's post actions


def post_of(raw: RawPost) -> Post:
    """The post of one stored payload: pure. Raises PostUnreadable, also for a deleted one."""
    post, forum = fields.obj(raw, "post"), fields.text(raw, "forum")
    number, topic = id_of(post), fields.text(post, "topic_id")
    if not number:
        raise PostUnreadable("The field id should be the post's number.", raw=fields.sample(post))
    if is_gone(post):
        raise PostUnreadable("It was deleted or hidden.", raw="")
    place = fields.count_or_none(post, "post_number") or 1
    slug = fields.text_or_none(post, "topic_slug")
    title = fields.text_or_none(post, "topic_title") if place == 1 else None
    edited = (fields.count_or_none(post, "version") or 1) > 1
    return Post(
        kind=PostKind.POST if place == 1 else PostKind.COMMENT,
        external_id=str(number),
        url="/".join([forum, "t", *([slug] if slug else []), topic, str(place)]),
        title=title,
        text=_words(post) or title or "",
        created_at=fields.instant(post, "created_at"),
        edited_at=fields.instant_or_none(post, "updated_at") if edited else None,
        author=_author(post, forum),
        thread_id=f"topic {topic}",
        product=fields.text_or_none(raw, "product"),
        engagement=Engagement(likes=_likes(post), replies=fields.count_or_none(post, "reply_count")),
        raw=raw,
    )


def id_of(item: JSON) -> int:
    """The post's number, which only grows; 0 where there is none."""
    value = item.get("id") if isinstance(item, dict) else None
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value[:18])
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def is_gone(item: JSON) -> bool:
    """Whether its author, a moderator or the community's flags took it from sight."""
    return isinstance(item, dict) and any(item.get(mark) for mark in ("user_deleted", "deleted_at", "hidden"))


def _words(post: Mapping[str, JSON]) -> str:
    """What the author wrote; quotes and previews of links are others' words, unless there is nothing else."""
    cooked = fields.text_or_none(post, "cooked")
    if cooked is None:
        return fields.text(post, "raw") if "raw" in post else fields.text(post, "cooked")
    own, left = cooked, 1 if "<aside" in cooked else 0
    while left:
        own, left = _OTHERS_WORDS.subn("", own)
    return from_simple_html(own) or from_simple_html(cooked)


def _likes(post: Mapping[str, JSON]) -> int | None:
    if "like_count" in post:
        return fields.count_or_none(post, "like_count")
    actions = fields.objects(post.get("actions_summary"))
    like = next((action for action in actions if action.get("id") == _LIKE), None)
    return fields.count_or_none(like, "count") or 0 if like is not None else None


def _author(post: Mapping[str, JSON], forum: str) -> Author | None:
    handle = fields.text_or_none(post, "username")
    if handle is None:
        return None
    return Author(
        external_id=fields.text_or_none(post, "user_id"),
        handle=handle,
        name=fields.text_or_none(post, "display_username") or fields.text_or_none(post, "name"),
        url=f"{forum}/u/{handle}",
    )
