"""Comments under the media of an Instagram professional account of ours, with the answers to them.

By the Graph API (developers.facebook.com/docs/instagram-platform), with Facebook login; Meta has no search over
others' comments. A comment has no address of its own there, and cannot be edited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

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
from collectors.graph import APP_SECRET, HOME, Graph, following, kept, passport
from collectors.graph_threads import LookUp, Shape, Threads
from collectors.net import Net
from collectors.options import Options, need_secrets

_MEDIA = "id,username,timestamp,permalink,comments_count"
_SAID = "id,text,username,timestamp,like_count,hidden,from{id,username}"
_PERMISSIONS = ("instagram_basic", "instagram_manage_comments")
_TOKEN = "INSTAGRAM_TOKEN"  # noqa: S105 - the variable's name
_COMMENT = f"{_SAID},replies.limit(50){{{_SAID}}}"


class InstagramOptions(Options):
    """Which account to listen to."""

    account: str = Field(
        pattern=r"^\d{5,25}$", description="The professional account's number (its Instagram user id)."
    )
    media: int = Field(default=50, ge=1, le=500, description="How many of the newest media are looked through.")
    own: bool = Field(default=False, description="Also what the account itself writes.")
    product: str | None = Field(default=None, description="The product that is talked about there.")


def _shape(options: InstagramOptions, graph: Graph) -> Shape:
    """How an account is listened to."""

    def comment(media: dict[str, JSON], item: JSON) -> Iterator[RawPost]:
        shown = {name: media.get(name) for name in ("id", "permalink")}
        about: RawPost = {"media": shown, "product": options.product}
        for one, beside in _unfolded(item, graph):
            if options.own or not isinstance(one, dict) or not _is_own(one, media):
                yield {"item": kept(one), **about, **beside}

    return Shape(
        platform="Instagram",
        permissions=_PERMISSIONS,
        posts=f"{options.account}/media",
        most=options.media,
        shown=_MEDIA,
        comments={"fields": _COMMENT, "limit": "50"},
        newest_first=False,  # an answer stands under its comment, however old that is
        stamp=lambda media: str(media.get("comments_count")),
        unfold=comment,
        opening=lambda _: iter(()),
        parse=post_of,
        look_ups=(LookUp(),),
    )


def post_of(raw: RawPost) -> Post:
    """The post of one comment: pure. Raises PostUnreadable."""
    item, media = fields.obj(raw, "item"), fields.obj_or_empty(raw, "media")
    name = fields.text(item, "id")
    if not name:
        raise PostUnreadable("The comment has no id.", raw=fields.sample(item))
    return Post(
        kind=PostKind.COMMENT,
        external_id=name,
        url=fields.web_address(fields.text_or_none(media, "permalink")),
        text=fields.text_or_none(item, "text") or "",  # a picture alone has none
        created_at=fields.instant(item, "timestamp"),
        author=_author(item),
        thread_id=fields.text_or_none(media, "id"),
        parent_id=fields.text_or_none(item, "parent_id") or fields.text_or_none(raw, "parent"),
        product=fields.text_or_none(raw, "product"),
        engagement=Engagement(
            likes=fields.count_or_none(item, "like_count"), replies=fields.count_or_none(raw, "replies")
        ),
        raw=raw,
    )


def _unfolded(item: JSON, graph: Graph) -> Iterator[tuple[JSON, RawPost]]:
    """A comment and the answers to it, each with what is told of it elsewhere."""
    if not isinstance(item, dict):
        yield item, {}
        return
    answers = list(_answers(item, graph))
    yield {name: value for name, value in item.items() if name != "replies"}, {"replies": len(answers)}
    yield from ((answer, {"parent": item.get("id")}) for answer in answers)


def _answers(comment: dict[str, JSON], graph: Graph) -> Iterator[JSON]:
    """The answers that came with the comment or, where there are more, all that its own list holds."""
    replies = fields.obj_or_empty(comment, "replies")
    name = fields.text_or_none(comment, "id")
    if following(replies) is None or name is None:
        yield from fields.list_or_empty(replies, "data")
        return
    for edge in graph.edge(f"{name}/replies", {"fields": _SAID, "limit": "50"}):
        yield from edge.items


def _is_own(item: Mapping[str, JSON], media: Mapping[str, JSON]) -> bool:
    name = _name(item)
    return name is not None and name == fields.text_or_none(media, "username")


def _name(item: Mapping[str, JSON]) -> str | None:
    writer = fields.obj_or_empty(item, "from")
    return fields.text_or_none(item, "username") or fields.text_or_none(writer, "username")


def _author(item: Mapping[str, JSON]) -> Author | None:
    name = _name(item)
    number = fields.text_or_none(fields.obj_or_empty(item, "from"), "id")
    if name is None and number is None:
        return None
    return Author(external_id=number, handle=name, url=f"https://www.instagram.com/{name}/" if name else None)


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options and the account's token. Raises SourceRefused where it is missing."""
    need_secrets(SPEC, secrets)
    graph = Graph.signed_in(_TOKEN, secrets, net)
    return Threads(graph, _shape(cast("InstagramOptions", options), graph))


SPEC = Spec(
    kind="instagram",
    title="Instagram",
    options=InstagramOptions,
    build=build,
    passport=passport(
        "Comment on Instagram, with the author's name and a link to the medium", "accounts", _PERMISSIONS
    ),
    secrets=(
        Secret(
            name=_TOKEN,
            where="https://developers.facebook.com/tools/explorer (a token of the Page that the account belongs to)",
        ),
        APP_SECRET,
    ),
    home=HOME,
    # Meta counts by how often an account is seen (Graph API: Rate limits), and says in its answers when to slow down.
    # No number is published that holds for every account: a courtesy.
    pace=Pace(requests=1),
    safe_to_resume=True,
    sees_edits=False,
    sees_deletes=True,
    every_minutes=15,
)
