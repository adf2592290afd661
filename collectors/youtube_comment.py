"""What one comment on YouTube says: a thread's first comment, or an answer to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from collectors import fields
from collectors.base import JSON, Author, Engagement, Post, PostKind, PostUnreadable, RawPost
from collectors.plain import from_html

SITE = "https://www.youtube.com"
_MARKUP = re.compile(r"<(?:br|a|b|i|s)\b[^<>]*>|&(?:amp|quot|lt|gt|#39);")
_RATED = {"viewerRating", "canRate", "authorProfileImageUrl"}  # about us, and pictures of people


def raw_of_thread(thread: JSON, product: str | None) -> RawPost:
    """What is kept of a thread: its first comment, and how many answers it has. These are kept by themselves."""
    given = thread if isinstance(thread, dict) else {}
    snippet = fields.obj_or_empty(given, "snippet")
    return {
        "comment": _bare(snippet.get("topLevelComment", thread)),
        "video": snippet.get("videoId"),
        "total_replies": snippet.get("totalReplyCount"),
        "product": product,
    }


def raw_of_reply(reply: JSON, thread: Mapping[str, JSON]) -> RawPost:
    """What is kept of an answer, with the video from the thread: an answer does not always name it."""
    return {"comment": _bare(reply), "video": thread.get("video"), "product": thread.get("product")}


def post_of(raw: RawPost) -> Post:
    """The post of one stored comment: pure. Raises PostUnreadable."""
    comment = fields.obj(raw, "comment")
    said = fields.obj(comment, "snippet")
    name = fields.text(comment, "id")
    if not name:
        raise PostUnreadable("The comment has no id.", raw=fields.sample(comment))
    parent = fields.text_or_none(said, "parentId") or (name.partition(".")[0] if "." in name else None)
    video = fields.text_or_none(said, "videoId") or fields.text_or_none(raw, "video")
    created, changed = fields.instant(said, "publishedAt"), fields.instant_or_none(said, "updatedAt")
    return Post(
        kind=PostKind.COMMENT,
        external_id=name,
        url=f"{SITE}/watch?v={quote(video)}&lc={quote(name)}" if video else None,
        text=_text(said),
        created_at=created,
        edited_at=changed if changed is not None and changed > created else None,
        author=_author(said),
        thread_id=parent or name,
        parent_id=parent,
        product=fields.text_or_none(raw, "product"),
        engagement=Engagement(
            likes=fields.count_in_text(said, "likeCount"), replies=fields.count_in_text(raw, "total_replies")
        ),
        raw=raw,
    )


def _text(said: Mapping[str, JSON]) -> str:
    """The words as written; where only the text for display is there, its markup is removed if it has some."""
    original = fields.text_or_none(said, "textOriginal")
    if original is not None:
        return original
    shown = fields.text(said, "textDisplay")
    return from_html(shown) if _MARKUP.search(shown) else shown


def _author(said: Mapping[str, JSON]) -> Author | None:
    handle = fields.text_or_none(said, "authorDisplayName")
    channel = fields.text_or_none(fields.obj_or_empty(said, "authorChannelId"), "value")
    if handle is None and channel is None:
        return None
    url = fields.web_address(fields.text_or_none(said, "authorChannelUrl"))
    return Author(external_id=channel, handle=handle, url=url)


def _bare(comment: JSON) -> JSON:
    if not isinstance(comment, dict) or not isinstance(said := comment.get("snippet"), dict):
        return comment
    return {**comment, "snippet": {name: value for name, value in said.items() if name not in _RATED}}
