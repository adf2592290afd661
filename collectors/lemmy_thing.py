"""What one post or comment of Lemmy says, and whether it is still there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from collectors import fields
from collectors.base import JSON, Author, Engagement, Post, PostKind, PostUnreadable, RawPost


def post_of(raw: RawPost) -> Post:
    """The post of one stored view: pure. Raises PostUnreadable."""
    view = fields.obj(raw, "view")
    name, thing = name_of(view), _thing(view)
    if not name:
        raise PostUnreadable("It is neither a post nor a comment with an id.", raw=fields.sample(view))
    comment, counts = name.startswith("comment-"), fields.obj_or_empty(view, "counts")
    title = None if comment else fields.text(thing, "name")
    text = fields.text(thing, "content") if comment else fields.text_or_none(thing, "body") or ""
    thread = f"post-{fields.text(thing, 'post_id')}" if comment else name
    edited = fields.instant_or_none(thing, "updated")
    return Post(
        kind=PostKind.COMMENT if comment else PostKind.POST,
        external_id=name,
        url=fields.web_address(fields.text_or_none(thing, "ap_id")),
        title=title,
        text=text or title or "",
        created_at=made_at(view),
        edited_at=edited,
        author=_author(fields.obj_or_empty(view, "creator"), fields.text(raw, "host")),
        thread_id=thread,
        parent_id=_parent(fields.text_or_none(thing, "path") or "", thread) if comment else None,
        product=fields.text_or_none(raw, "product"),
        engagement=Engagement(
            likes=fields.count_or_none(counts, "upvotes"),
            replies=fields.count_or_none(counts, "child_count" if comment else "comments"),
        ),
        raw=raw,
    )


def name_of(view: JSON) -> str:
    """The id of a view, post-1 or comment-2, since both are counted from one; empty where it has none."""
    if not isinstance(view, dict):
        return ""
    kind = "comment" if isinstance(view.get("comment"), dict) else "post"
    name = fields.text_or_none(fields.obj_or_empty(view, kind), "id")
    return f"{kind}-{name}" if name and name.isdigit() else ""


def made_at(view: Mapping[str, JSON]) -> datetime:
    """When it was written; older servers leave the zone out, and mean UTC."""
    return fields.instant(_thing(view), "published")


def is_gone(view: Mapping[str, JSON]) -> bool:
    """Whether its author deleted it, or a moderator removed it."""
    thing = _thing(view)
    return thing.get("deleted") is True or thing.get("removed") is True


def is_pinned(view: Mapping[str, JSON]) -> bool:
    """Whether it stands at the top of its list whatever its age."""
    thing = _thing(view)
    return any(thing.get(name) is True for name in ("featured_community", "featured_local", "stickied"))


def _thing(view: Mapping[str, JSON]) -> dict[str, JSON]:
    return fields.obj_or_empty(view, "comment") or fields.obj_or_empty(view, "post")


def _parent(path: str, thread: str) -> str:
    """What a comment answers, of its path 0.12.34: the comment before it, or the post."""
    above = path.split(".")[1:-1]
    return f"comment-{above[-1]}" if above else thread


def _author(account: Mapping[str, JSON], host: str) -> Author | None:
    """The account under its full address, user@server; None where it was deleted."""
    name = fields.text_or_none(account, "name")
    if name is None or account.get("deleted") is True:
        return None
    url = fields.web_address(fields.text_or_none(account, "actor_id"))
    address = f"{name}@{urlsplit(url).hostname if url else host}"
    return Author(
        external_id=address.lower(), handle=address, name=fields.text_or_none(account, "display_name"), url=url
    )
