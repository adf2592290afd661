"""What people write on a Facebook Page of ours: comments under its posts, and posts that visitors leave there.

By the Graph API (developers.facebook.com/docs/graph-api/reference/page/feed), for Pages whose token we hold; Meta has
no search over others' posts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import cast
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, Field

from collectors import fields
from collectors.base import (
    JSON,
    Author,
    Collector,
    Engagement,
    Pace,
    Post,
    PostKind,
    PostUnreadable,
    RawPost,
    Secret,
    Spec,
)
from collectors.graph import APP_SECRET, HOME, Graph, kept, passport
from collectors.graph_threads import LookUp, Shape, Threads
from collectors.net import Net
from collectors.options import Options, need_secrets

_POST = "id,from{id,name},message,created_time,updated_time,permalink_url,shares,comments.limit(0).summary(true)"
_COMMENT = "id,from{id,name},message,created_time,parent{id},permalink_url,like_count,comment_count,is_hidden"
_PERMISSIONS = ("pages_read_engagement", "pages_read_user_content")
_TOKEN = "FACEBOOK_PAGE_TOKEN"  # noqa: S105 - the variable's name
_OPENING = "post "  # before the id of a visitor's post, which looks like that of a comment


class FacebookOptions(Options):
    """Which Page to listen to."""

    page: str = Field(
        default="me", pattern=r"^[A-Za-z0-9.]{2,80}$", description="The Page's number or name; me is the token's own."
    )
    posts: int = Field(default=50, ge=1, le=500, description="How many of the newest posts are looked through.")
    own: bool = Field(default=False, description="Also what the Page itself writes.")
    product: str | None = Field(default=None, description="The product that is talked about there.")


def _shape(options: FacebookOptions) -> Shape:
    """How a Page is listened to."""

    def raw(what: str, item: JSON) -> RawPost:
        return {"what": what, "item": kept(item), "product": options.product}

    def comment(post: dict[str, JSON], item: JSON) -> Iterator[RawPost]:
        if options.own or not isinstance(item, dict) or _writer(item) != _page_of(post):
            yield raw("comment", item)

    def visitors_post(post: dict[str, JSON]) -> Iterator[RawPost]:
        told = fields.text_or_none(post, "message") is not None
        if told and (options.own or _writer(post) not in {None, _page_of(post)}):
            yield raw("post", post)

    return Shape(
        platform="Facebook",
        permissions=_PERMISSIONS,
        posts=f"{options.page}/feed",
        most=options.posts,
        shown=_POST,
        comments={"fields": _COMMENT, "filter": "stream", "order": "reverse_chronological", "limit": "100"},
        newest_first=True,
        stamp=_stamp,
        unfold=comment,
        opening=visitors_post,
        parse=post_of,
        look_ups=(
            LookUp(shown=_COMMENT, raw=partial(raw, "comment")),
            LookUp(opening=_OPENING, shown=_POST, raw=partial(raw, "post")),
        ),
    )


def post_of(raw: RawPost) -> Post:
    """The post of one comment, or of a visitor's post: pure. Raises PostUnreadable."""
    item, comment = fields.obj(raw, "item"), fields.text(raw, "what") == "comment"
    name = fields.text_or_none(item, "id") or _id_in_address(item)
    if name is None:
        raise PostUnreadable("It has no id.", raw=fields.sample(item))
    before, _, after = name.partition("_")  # of a comment: post and comment; of a post: Page and post
    counted = fields.obj_or_empty(fields.obj_or_empty(item, "comments"), "summary")
    return Post(
        kind=PostKind.COMMENT if comment else PostKind.POST,
        external_id=name if comment else f"{_OPENING}{name}",
        url=fields.web_address(fields.text_or_none(item, "permalink_url")),
        text=fields.text_or_none(item, "message") or "",
        created_at=fields.instant(item, "created_time"),
        author=_author(item),
        thread_id=before if comment else after or before,
        parent_id=fields.text_or_none(fields.obj_or_empty(item, "parent"), "id"),
        product=fields.text_or_none(raw, "product"),
        engagement=Engagement(
            likes=fields.count_or_none(item, "like_count"),
            replies=fields.count_or_none(item, "comment_count")
            if comment
            else fields.count_or_none(counted, "total_count"),
            shares=fields.count_or_none(fields.obj_or_empty(item, "shares"), "count"),
        ),
        raw=raw,
    )


def _page_of(post: Mapping[str, JSON]) -> str | None:
    """The Page's number: a post's id begins with it."""
    return (fields.text_or_none(post, "id") or "").partition("_")[0] or None


def _writer(item: Mapping[str, JSON]) -> str | None:
    """Who wrote it; None where the token may not see that."""
    return fields.text_or_none(fields.obj_or_empty(item, "from"), "id")


def _stamp(post: Mapping[str, JSON]) -> str:
    counted = fields.obj_or_empty(fields.obj_or_empty(post, "comments"), "summary").get("total_count")
    return f"{fields.text_or_none(post, 'updated_time')} {counted}"


def _id_in_address(item: Mapping[str, JSON]) -> str | None:
    """The comment's id as its address tells it: …/posts/POST?comment_id=…&reply_comment_id=…"""
    parts = urlsplit(fields.web_address(fields.text_or_none(item, "permalink_url")) or "")
    named = parse_qs(parts.query)
    number = (named.get("reply_comment_id") or named.get("comment_id") or [""])[0]
    post = parts.path.rstrip("/").rpartition("/")[2]
    return f"{post}_{number}" if number.isdecimal() and post.isdecimal() else None


def _author(item: Mapping[str, JSON]) -> Author | None:
    writer = fields.obj_or_empty(item, "from")
    number, name = fields.text_or_none(writer, "id"), fields.text_or_none(writer, "name")
    return Author(external_id=number, name=name) if number is not None or name is not None else None


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options and the Page's token. Raises SourceRefused where it is missing."""
    need_secrets(SPEC, secrets)
    return Threads(Graph.signed_in(_TOKEN, secrets, net), _shape(cast("FacebookOptions", options)))


SPEC = Spec(
    kind="facebook",
    title="Facebook Pages",
    options=FacebookOptions,
    build=build,
    passport=passport("Comment on the Page on Facebook, with the author's name and a link", "Pages", _PERMISSIONS),
    secrets=(
        Secret(
            name=_TOKEN,
            where="https://developers.facebook.com/tools/explorer (choose the Page; what a system user makes at "
            "https://business.facebook.com/settings/system-users does not end)",
        ),
        APP_SECRET,
    ),
    home=HOME,
    # Meta counts by how many people a page engages (Graph API: Rate limits), and says in its answers when to slow down.
    # No number is published that holds for every page: a courtesy.
    pace=Pace(requests=1),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=True,
    every_minutes=15,
)
