"""Posts and comments on Lemmy, by community and by search. No key is needed.

Written from lemmy.readme and join-lemmy.org/api (version 3: post/list, comment/list, search, post, comment), which
servers of other kinds (PieFed, Mbin) offer as well. Lists are asked for newest first, page by page; an hour before what
is known is read again, since posts come late from other servers and are edited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Self, cast

from pydantic import BaseModel, Field, model_validator

from collectors import fields
from collectors.base import (
    JSON,
    Collector,
    Cursor,
    Page,
    Passport,
    Post,
    RawPost,
    ReplyDoor,
    SourceBusy,
    SourceRefused,
    Spec,
)
from collectors.lemmy_thing import is_gone, is_pinned, made_at, name_of, post_of
from collectors.net import Net
from collectors.options import Host, Options, Words
from collectors.reading import look_up
from collectors.walk import Listing, Sheet, Walk, follow, numbered, posts_by

_LIMIT = 50  # the most that these lists give at once
_OVERLAP = timedelta(hours=1)
_KNOWN = 500
_AT_ONCE = 50
_DUE = 4  # fewer known posts may all have been deleted


class LemmyOptions(Options):
    """Where to listen on one server."""

    instance: Host = Field(description="The server's name, as in lemmy.world.")
    communities: Words = Field(default=(), description="Communities (games, games@other.example): all written there.")
    searches: Words = Field(default=(), description="Words to search for in all that the server knows.")
    comments: bool = Field(default=True, description="Also comments, not only posts.")
    backlog: int = Field(default=200, ge=1, le=10_000, description="Posts of each list to read at the first time.")
    product: str | None = Field(default=None, description="The product that is talked about there.")

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.communities or self.searches):
            raise ValueError("give communities, searches, or both")
        return self


@dataclass(frozen=True, slots=True)
class _Place:
    """One list, newest first; `name` is its place in the cursor, `inside` the field that holds the list."""

    name: str
    path: str
    params: Mapping[str, str]
    inside: str


class Lemmy:
    """Listens to one server."""

    def __init__(self, options: LemmyOptions, net: Net) -> None:
        self._options = options
        self._home = f"https://{options.instance}"
        self._net = net
        net.home(self._home)

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what is new or edited, one list after the other, newest first; see `Collector.pages`."""
        return follow([self._listing(place) for place in self._places()], cursor, since)

    def recheck(self, external_ids: Sequence[str]) -> Page:
        """Ask for posts and comments again; what is deleted, removed or unknown is gone. See `Rechecks.recheck`."""

        def show(batch: list[str]) -> list[JSON]:
            return [view for name in batch if (view := self._view(name)) and not is_gone(view)]

        names = [name for name in external_ids if name.startswith(("post-", "comment-"))]
        return look_up(names, _AT_ONCE, show, name_of, lambda view: self._read(self._raw(view)))

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one view; see `Collector.parse`."""
        return post_of(raw)

    def _places(self) -> Iterator[_Place]:
        things = [("posts", "post"), *([("comments", "comment")] if self._options.comments else [])]
        for community in self._options.communities:
            name = community.removeprefix("!")
            for inside, thing in things:
                asked = {"community_name": name, "type_": "All", "sort": "New"}
                yield _Place(f"{inside} in !{name}", f"/api/v3/{thing}/list", asked, inside)
        for words in self._options.searches:
            for inside, _ in things:
                asked = {"q": words, "type_": inside.title(), "listing_type": "All", "sort": "New"}
                yield _Place(f"{inside} with “{words}”", "/api/v3/search", asked, inside)

    def _listing(self, place: _Place) -> Listing:
        read = posts_by(self._read, stands=_stands, replies=False)

        def page(items: Sequence[RawPost], walk: Walk, where: str) -> Page:
            views = [fields.obj_or_empty(item, "view") for item in items]
            gone = [name for view in views if is_gone(view) and (name := name_of(view))]
            return replace(read(items, walk, where), gone=gone)

        return Listing(
            name=place.name,
            ask=partial(self._ask, place),
            read=page,
            overlap=_OVERLAP,
            anchors=_KNOWN,
            backlog=self._options.backlog,
            depth="",
            due=_DUE,
        )

    def _ask(self, place: _Place, walk: Walk) -> Sheet:
        number, size = numbered(walk.position, _LIMIT)
        asked = {**place.params, "limit": str(size), "page": str(number)}
        answer = self._net.json(f"{self._home}{place.path}", params=asked)
        items = answer.get(place.inside) if isinstance(answer, dict) else None
        if not isinstance(items, list):
            raise SourceBusy(f"{self._options.instance} answered {place.name} in a form that we do not know.")
        return Sheet(items=[self._raw(item) for item in items], onward=str(number + 1) if len(items) >= size else None)

    def _view(self, name: str) -> dict[str, JSON]:
        """What the server shows of a post or comment; nothing where it knows none."""
        kind, _, number = name.partition("-")
        try:
            answer = self._net.json(f"{self._home}/api/v3/{kind}", params={"id": number})
        except SourceRefused as refused:
            if refused.status in {400, 404}:  # servers before 0.19 say 400
                return {}
            raise
        return fields.obj_or_empty(answer, f"{kind}_view") if isinstance(answer, dict) else {}

    def _read(self, raw: RawPost) -> Post | None:
        return None if is_gone(fields.obj_or_empty(raw, "view")) else self.parse(raw)

    def _raw(self, view: JSON) -> RawPost:
        return {"view": view, "host": self._options.instance, "product": self._options.product}


def _stands(raw: RawPost) -> datetime | None:
    view = fields.obj_or_empty(raw, "view")
    return None if is_pinned(view) else made_at(view)


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:  # noqa: ARG001 - the Spec's signature
    """The collector for validated options; what it reads needs no key."""
    return Lemmy(cast("LemmyOptions", options), net)


SPEC = Spec(
    kind="lemmy",
    title="Lemmy",
    options=LemmyOptions,
    build=build,
    passport=Passport(
        may_link=True,
        may_reply=ReplyDoor.API,
        may_export=True,
        may_train=False,
        keep_raw_days=None,
        recheck_hours=48,
        attribution="Post on Lemmy, with the author's address and a link",
        terms="Each server has rules of its own, and many forbid mass reading and fitting models. An account may be "
        "tied to a customer only where the customer's record already holds it (they told us), never by likeness. "
        "What is deleted there must go here too.",
    ),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=True,
)
