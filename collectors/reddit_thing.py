"""What one submission or comment of Reddit says, and whether it is still there."""

from __future__ import annotations

import re
from collections.abc import Mapping

from collectors import fields
from collectors.base import JSON, Author, Engagement, Post, PostKind, PostUnreadable, RawPost
from collectors.reddit_door import SITE

_MARKERS = {"[deleted]", "[removed]", "[ Removed by Reddit ]", "[deleted by user]"}
_FULLNAME = re.compile(r"t[13]_[0-9a-z]{1,13}\Z")
_THREAD = re.compile(r"/(?:r|user)/[^/]+/comments/([0-9a-z]{1,13})/")


def is_fullname(name: str) -> bool:
    """Whether this names a submission (t3_…) or a comment (t1_…)."""
    return _FULLNAME.match(name) is not None


def post_of(raw: RawPost) -> Post:
    """The post of one stored submission or comment: pure. Raises PostUnreadable, also for a deleted one."""
    thing = fields.obj(raw, "thing")
    name = fields.text(thing, "name")
    if not is_fullname(name):
        raise PostUnreadable(f"The name “{name[:40]}” is not one of a submission or comment.", raw=fields.sample(thing))
    if is_gone(thing):
        raise PostUnreadable("It was deleted or removed.", raw="")
    comment = name.startswith("t1_")
    title = None if comment else fields.text(thing, "title")
    text = fields.text(thing, "body" if comment else "selftext")
    edited = thing.get("edited")
    address = _address(thing)
    return Post(
        kind=PostKind.COMMENT if comment else PostKind.POST,
        external_id=name,
        url=f"{SITE}{address}" if address else None,
        title=title,
        text=text or title or "",
        created_at=fields.moment(thing, "created_utc"),
        edited_at=None if isinstance(edited, bool) or edited is None else fields.moment(thing, "edited"),
        author=_author(thing),
        thread_id=_thread(thing, address) if comment else name,
        parent_id=fields.text(thing, "parent_id") if comment else None,
        product=fields.text_or_none(raw, "product"),
        engagement=Engagement(
            likes=fields.count_or_none(thing, "score"),
            replies=None if comment else fields.count_or_none(thing, "num_comments"),  # a comment has its thread's
        ),
        raw=raw,
    )


def name_of(child: JSON) -> str:
    """The fullname of a listing's child; empty where it has none."""
    thing = child.get("data") if isinstance(child, dict) else None
    return (fields.text_or_none(thing, "name") or "") if isinstance(thing, dict) else ""


def is_gone(thing: Mapping[str, JSON]) -> bool:
    """Whether the text is only the marker that stands where a deleted or removed one stood."""
    said = (thing.get("body", thing.get("selftext")), thing.get("title"))
    marked = any(isinstance(text, str) and text.strip() in _MARKERS for text in said)
    return marked or bool(thing.get("removed_by_category"))


def _address(thing: Mapping[str, JSON]) -> str | None:
    """The path of its page. In an inbox a comment has it as `context`, which asks for those around it too."""
    path = fields.text_or_none(thing, "permalink") or (fields.text_or_none(thing, "context") or "").partition("?")[0]
    return path if path.startswith("/") else None


def _thread(comment: Mapping[str, JSON], address: str | None) -> str:
    """The submission below which a comment stands; in an inbox only its parent or its address tells.

    Raises PostUnreadable where nothing does.
    """
    parent = fields.text_or_none(comment, "parent_id") or ""
    if comment.get("link_id") is None:
        if parent.startswith("t3_"):
            return parent
        if (found := _THREAD.match(address or "")) is not None:
            return f"t3_{found[1]}"
    return fields.text(comment, "link_id")


def _author(thing: Mapping[str, JSON]) -> Author | None:
    handle = fields.text_or_none(thing, "author")
    if handle is None or handle in _MARKERS:
        return None
    return Author(external_id=fields.text_or_none(thing, "author_fullname"), handle=handle, url=f"{SITE}/user/{handle}")
