"""Posts on Bluesky: by search and mentions, for which it wants a sign-in, and by account, for which it does not.

Written from docs.bsky.app/docs/api (app.bsky.feed.searchPosts, getAuthorFeed, getPosts,
app.bsky.notification.listNotifications, com.atproto.server.createSession). Lists are newest first; each is walked down
to half an hour before what is known. For many words there is the stream of all posts, see bluesky_stream.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Self, cast

from pydantic import BaseModel, Field, model_validator

from collectors import fields
from collectors.abilities import Ability, tried
from collectors.base import (
    JSON,
    Collector,
    Cursor,
    Pace,
    Page,
    Passport,
    Post,
    PostUnreadable,
    RawPost,
    ReplyDoor,
    Secret,
    Spec,
)
from collectors.bluesky_door import HANDLE, HOME, PASSWORD, Door
from collectors.bluesky_post import is_post, is_words, made_at, post_of, without_us
from collectors.bluesky_stream import HOST, Stream
from collectors.net import Net
from collectors.options import Host, Options, Words
from collectors.reading import look_up
from collectors.walk import Listing, Sheet, Walk, follow, posts_by

_OVERLAP = timedelta(minutes=30)  # read again each time: the index lags, and times are the authors' own
_KNOWN = 500
_AT_ONCE = 25  # posts in one look-up
_DUE = 4  # fewer known posts may all have been deleted
_HEARD = ("mention", "reply", "quote")


class BlueskyOptions(Options):
    """What to listen to on Bluesky."""

    searches: Words = Field(default=(), description="Words to search for; “several words” and #hashtags work too.")
    mentions: bool = Field(default=False, description="Mentions, replies and quotes of the account that signs in.")
    accounts: Words = Field(default=(), description="Accounts whose own posts to read (studio.example).")
    stream: Words = Field(
        default=(), description="Words to hear in the stream of all posts, deletions too; needs the extra bluesky."
    )
    stream_host: Host = Field(default=HOST, description="The Jetstream server to hear the stream from.")
    language: str | None = Field(default=None, description="Only posts in this language (en), for searches.")
    server: Host = Field(default="bsky.social", description="The server where the account lives that signs in.")
    backlog: int = Field(default=200, ge=1, le=10_000, description="Posts of each to read at the first time.")
    product: str | None = Field(default=None, description="The product that is talked about there.")

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.searches or self.mentions or self.accounts or self.stream):
            raise ValueError("give searches, mentions, accounts or stream")
        return self


@dataclass(frozen=True, slots=True)
class _Place:
    """One list, newest first; `name` is its place in the cursor, `inside` the field that holds the list."""

    name: str
    method: str
    params: tuple[tuple[str, str], ...]
    inside: str
    signed_in: bool = True
    bounded: bool = False  # whether it takes `since`


class Bluesky:
    """Listens to searches, mentions and accounts."""

    def __init__(self, options: BlueskyOptions, keys: tuple[str, str] | None, net: Net) -> None:
        self._options = options
        self._is_stranger = keys is None
        self._door = Door(net, options.server, keys)
        self._stream = None
        if options.stream:
            self._stream = Stream(net, options.stream_host, options.stream, product=options.product)

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what is new, one list after the other, then what the stream said; see `Collector.pages`."""
        reached: Cursor = dict(cursor or {})
        for page in follow([self._listing(place) for place in self._places()], cursor, since):
            reached = {**reached, **(page.cursor or {})}
            yield replace(page, cursor=reached)
        if self._stream is not None:
            for page in self._stream.pages(fields.obj_or_empty(reached, "stream"), since=since):
                yield replace(page, cursor={**reached, "stream": page.cursor})

    def recheck(self, external_ids: Sequence[str]) -> Page:
        """Look posts up again; one that Bluesky does not show is gone. See `Rechecks.recheck`."""

        def show(batch: list[str]) -> list[JSON]:
            asked = [("uris", name) for name in batch]
            return self._door.items("app.bsky.feed.getPosts", asked, "posts", signed_in=False)[0]

        return look_up(
            filter(is_post, external_ids), _AT_ONCE, show, _shown_as, lambda item: self._read(self._raw(item))
        )

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one view; see `Collector.parse`."""
        return post_of(raw)

    def abilities(self) -> Sequence[Ability]:
        """Whether the account gets in, without which there are no searches; see `Able.abilities`."""
        if self._is_stranger:
            return [Ability("search, and hear mentions", False, f"Get an app password: {_WHERE}.")]
        return tried("sign in, search, and hear mentions", self._door.sign_in)

    def _places(self) -> Iterator[_Place]:
        options, limit = self._options, ("limit", "100")
        for words in options.searches:
            language = (("lang", options.language),) if options.language else ()
            asked = (("q", words), ("sort", "latest"), *language, limit)
            yield _Place(f"search “{words}”", "app.bsky.feed.searchPosts", asked, "posts", bounded=True)
        if options.mentions:
            asked = (*(("reasons", reason) for reason in _HEARD), limit)
            yield _Place("mentions", "app.bsky.notification.listNotifications", asked, "notifications")
        for account in options.accounts:
            name = account.removeprefix("@")
            asked = (("actor", name), ("filter", "posts_with_replies"), limit)
            yield _Place(f"@{name}", "app.bsky.feed.getAuthorFeed", asked, "feed", signed_in=False)

    def _listing(self, place: _Place) -> Listing:
        """From the newest down to the overlap with what is known; at first to `since`, or to the backlog."""
        return Listing(
            name=place.name,
            ask=partial(self._ask, place),
            read=posts_by(self._read, stands=lambda raw: _stands(raw["item"]), replies=False),
            overlap=_OVERLAP,
            anchors=_KNOWN,
            backlog=self._options.backlog,
            depth="",
            due=_DUE,
        )

    def _ask(self, place: _Place, walk: Walk) -> Sheet:
        params = [*place.params]
        if walk.position:
            params.append(("cursor", walk.position))
        begin = walk.begins_at
        if place.bounded and begin is not None:
            params.append(("since", begin.isoformat(timespec="milliseconds").replace("+00:00", "Z")))
        items, onward = self._door.items(place.method, params, place.inside, signed_in=place.signed_in)
        return Sheet(items=[self._raw(item) for item in items], onward=onward or None)

    def _read(self, raw: RawPost) -> Post | None:
        """The post of a view, a notification or an entry of a feed; None where it is no post, or only passed on."""
        item = raw["item"]
        view = item.get("post", item) if isinstance(item, dict) else item
        if _is_repost(item) or (isinstance(view, dict) and not is_words(view)):
            return None
        return self.parse({"post": without_us(view), "product": raw["product"]})

    def _raw(self, item: JSON) -> RawPost:
        return {"item": item, "product": self._options.product}


def _shown_as(item: JSON) -> str:
    """The address of a post that is shown; empty where it is only said that there is none."""
    there = isinstance(item, dict) and not item.get("notFound")
    return (fields.text_or_none(item, "uri") or "") if there and isinstance(item, dict) else ""


def _is_repost(item: JSON) -> bool:
    reason = item.get("reason") if isinstance(item, dict) else None
    return isinstance(reason, dict) and str(reason.get("$type")).endswith("#reasonRepost")


def _stands(item: JSON) -> datetime | None:
    """The time by which the item stands in its list; None where it stands there for another reason (pinned, reposted).

    Notifications stand by the time when Bluesky saw them, posts by when they were written, if not later than that.
    """
    if not isinstance(item, dict) or isinstance(item.get("reason"), dict):
        return None
    if isinstance(item.get("reason"), str):
        return fields.instant_or_none(item, "indexedAt")
    try:
        return made_at(fields.obj_or_empty(item, "post") or item)
    except PostUnreadable:
        return None


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options; without keys it is a stranger, who may read accounts and the stream."""
    handle, password = secrets.get(HANDLE), secrets.get(PASSWORD)
    return Bluesky(cast("BlueskyOptions", options), (handle, password) if handle and password else None, net)


_WHERE = "https://bsky.app/settings/app-passwords; needed for searches and mentions"

SPEC = Spec(
    kind="bluesky",
    title="Bluesky",
    options=BlueskyOptions,
    build=build,
    passport=Passport(
        may_link=True,
        may_reply=ReplyDoor.API,
        may_export=True,
        may_train=False,
        keep_raw_days=None,
        recheck_hours=24,
        attribution="Post on Bluesky, with the author's name and a link",
        terms="What its author deletes must go here too, and a person must send each reply: automated ones are spam. "
        "An account may be tied to a customer only where the customer's record already holds it (they told us), "
        "never by likeness. Search is for a few words; who needs much is to take the stream.",
    ),
    secrets=(
        Secret(name=HANDLE, where=_WHERE, required=False),
        Secret(name=PASSWORD, where=_WHERE, required=False),
    ),
    home=HOME,
    # 3,000 in five minutes and address (docs.bsky.app: Rate limits), half of it.
    pace=Pace(requests=5),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=True,
)
