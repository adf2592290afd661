"""Comments under the media of an Instagram professional account of ours, with the answers to them.

By the Graph API (developers.facebook.com/docs/instagram-platform), with Facebook login; Meta has no search over
others' comments. A comment has no address of its own there, and cannot be edited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import cast

from pydantic import BaseModel, Field

from collectors import fields
from collectors.base import (
    JSON,
    Author,
    Collector,
    Cursor,
    Engagement,
    Pace,
    Page,
    Passport,
    Post,
    PostKind,
    PostUnreadable,
    RawPost,
    ReplyDoor,
    Secret,
    Spec,
)
from collectors.graph import HOME, Graph, following, kept
from collectors.graph_threads import Shape, Threads
from collectors.net import Net
from collectors.options import Options, need_secrets
from collectors.reading import none_of

_MEDIA = "id,username,timestamp,permalink,comments_count"
_SAID = "id,text,username,timestamp,like_count,hidden,from{id,username}"
_COMMENT = f"{_SAID},replies.limit(50){{{_SAID}}}"


class InstagramOptions(Options):
    """Which account to listen to."""

    account: str = Field(
        pattern=r"^\d{5,25}$", description="The professional account's number (its Instagram user id)."
    )
    media: int = Field(default=50, ge=1, le=500, description="How many of the newest media are looked through.")
    own: bool = Field(default=False, description="Also what the account itself writes.")
    product: str | None = Field(default=None, description="The product that is talked about there.")


class Instagram:
    """Listens to one account."""

    def __init__(self, options: InstagramOptions, graph: Graph) -> None:
        self._options = options
        self._graph = graph
        shape = Shape(
            platform="Instagram",
            posts=f"{options.account}/media",
            shown=_MEDIA,
            comments={"fields": _COMMENT, "limit": "50"},
            newest_first=False,  # an answer stands under its comment, however old that is
            stamp=lambda media: str(media.get("comments_count")),
            unfold=self._comment,
            opening=lambda _: iter(()),
        )
        self._threads = Threads(graph, shape, options.media, self.parse)

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield the comments of each medium whose number of comments changed; see `Collector.pages`."""
        return self._threads.pages(cursor, since)

    def recheck(self, external_ids: Sequence[str]) -> Page:
        """Ask which comments are still there, fifty at a time; nobody can edit one. See `Rechecks.recheck`.

        Raises SourceBusy too where of several comments none is there, which is taken as a fault.
        """
        names = [name for name in dict.fromkeys(external_ids) if name.isdecimal()]
        _, gone = self._graph.look_up(names, "id")
        if len(gone) == len(names):
            none_of(len(names))
        return Page(gone=gone)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one comment; see `Collector.parse`."""
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

    def _comment(self, media: dict[str, JSON], item: JSON) -> Iterator[RawPost]:
        if not isinstance(item, dict):
            yield self._raw(media, item)
            return
        answers = list(self._answers(item))
        said = {name: value for name, value in item.items() if name != "replies"}
        for one, above in [(said, None), *((answer, item.get("id")) for answer in answers)]:
            if self._options.own or not isinstance(one, dict) or not _is_own(one, media):
                counted = {"replies": len(answers)} if one is said else {"parent": above}
                yield {**self._raw(media, one), **counted}

    def _answers(self, comment: dict[str, JSON]) -> Iterator[JSON]:
        """The answers that came with the comment or, where there are more, all that its own list holds."""
        replies = fields.obj_or_empty(comment, "replies")
        name = fields.text_or_none(comment, "id")
        if following(replies) is None or name is None:
            yield from fields.list_or_empty(replies, "data")
            return
        for edge in self._graph.edge(f"{name}/replies", {"fields": _SAID, "limit": "50"}):
            yield from edge.items

    def _raw(self, media: dict[str, JSON], item: JSON) -> RawPost:
        shown = {name: media.get(name) for name in ("id", "permalink")}
        return {"item": kept(item), "media": shown, "product": self._options.product}


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
    graph = Graph(secrets["INSTAGRAM_TOKEN"], secrets.get("FACEBOOK_APP_SECRET"), net)
    return Instagram(cast("InstagramOptions", options), graph)


SPEC = Spec(
    kind="instagram",
    title="Instagram",
    options=InstagramOptions,
    build=build,
    passport=Passport(
        may_link=False,
        may_reply=ReplyDoor.API,
        may_export=False,
        may_train=False,
        keep_raw_days=90,
        recheck_hours=24,
        attribution="Comment on Instagram, with the author's name and a link to the medium",
        terms="Only accounts of our own, with the permissions instagram_basic and instagram_manage_comments. Meta's "
        "terms forbid passing its data on, building profiles from it and fitting models to it; who asks for deletion "
        "gets it, and what is deleted there goes here too.",
    ),
    secrets=(
        Secret(
            name="INSTAGRAM_TOKEN",
            where="https://developers.facebook.com/tools/explorer (a token of the Page that the account belongs to)",
        ),
        Secret(
            name="FACEBOOK_APP_SECRET",
            where="https://developers.facebook.com/apps (where the app asks for proof of it)",
            required=False,
        ),
    ),
    home=HOME,
    # By how often an account is seen (Meta: Rate limits), so Meta says when to slow down.
    pace=Pace(requests=1),
    safe_to_resume=True,
    sees_edits=False,
    sees_deletes=True,
    every_minutes=15,
)
