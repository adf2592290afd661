"""Posts on Bluesky: by search and mentions, for which it wants a sign-in, and by account, for which it does not.

Written from docs.bsky.app/docs/api (app.bsky.feed.searchPosts, getAuthorFeed, getPosts,
app.bsky.notification.listNotifications, com.atproto.server.createSession). Lists are newest first; each is walked down
to half an hour before what is known. For many words there is the stream of all posts, see bluesky_stream.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Self, cast
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, field_validator, model_validator

from collectors import fields
from collectors.base import (
    JSON,
    Collector,
    Cursor,
    Page,
    Passport,
    Post,
    PostUnreadable,
    RawPost,
    ReplyDoor,
    Secret,
    SetAside,
    SourceBusy,
    Spec,
)
from collectors.bluesky_door import HANDLE, HOME, PASSWORD, Door
from collectors.bluesky_post import is_post, is_words, made_at, post_of, without_us
from collectors.bluesky_stream import HOST, Stream
from collectors.net import Net
from collectors.options import Options, Words
from collectors.recent import Recent

_OVERLAP = timedelta(minutes=30)  # read again each time: the index lags, and times are the authors' own
_KNOWN = 500
_AT_ONCE = 25  # posts in one look-up
_HEARD = ("mention", "reply", "quote")


class BlueskyOptions(Options):
    """What to listen to on Bluesky."""

    searches: Words = Field(default=(), description="Words to search for; “several words” and #hashtags work too.")
    mentions: bool = Field(default=False, description="Mentions, replies and quotes of the account that signs in.")
    accounts: Words = Field(default=(), description="Accounts whose own posts to read (studio.example).")
    stream: Words = Field(
        default=(), description="Words to hear in the stream of all posts, deletions too; needs the extra bluesky."
    )
    stream_host: str = Field(default=HOST, description="The Jetstream server to hear the stream from.")
    language: str | None = Field(default=None, description="Only posts in this language (en), for searches.")
    server: str = Field(default="bsky.social", description="The server where the account lives that signs in.")
    backlog: int = Field(default=200, ge=1, le=10_000, description="Posts of each to read at the first time.")
    product: str | None = Field(default=None, description="The product that is talked about there.")

    @field_validator("server", "stream_host")
    @classmethod
    def _host(cls, value: str) -> str:
        host = urlsplit(value if "://" in value else f"https://{value}").netloc
        if not host or "@" in host:
            raise ValueError(f"{value!r} is no server's name; bsky.social is one")
        return host.lower()

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.searches or self.mentions or self.accounts or self.stream):
            raise ValueError("give searches, mentions, accounts or stream")
        return self


@dataclass(frozen=True, slots=True)
class _Listing:
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
        self._door = Door(net, options.server, keys)
        self._stream = None
        if options.stream:
            self._stream = Stream(net, options.stream_host, options.stream, product=options.product)

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what is new, one listing after the other; see `Collector.pages`.

        The cursor moves when a listing was walked down to what is known: before that, what lies between is missing.
        """
        reached: Cursor = dict(cursor or {})
        handed: set[tuple[str, str]] = set()  # a post may be found by two searches
        for listing in self._listings():
            recent = Recent(reached.get(listing.name), most=_KNOWN)
            for page in self._walk(listing, recent, since):
                posts = [post for post in page.posts if (post.external_id, _version(post)) not in handed]
                handed |= {(post.external_id, _version(post)) for post in posts}
                reached = reached if page.cursor is None else {**reached, listing.name: page.cursor}
                stands = None if page.cursor is None else reached
                yield Page(posts=posts, set_aside=page.set_aside, gap=page.gap, cursor=stands)
        if self._stream is not None:
            for page in self._stream.pages(fields.obj_or_empty(reached, "stream"), since=since):
                reached = {**reached, "stream": page.cursor}
                yield replace(page, cursor=reached)

    def recheck(self, external_ids: Sequence[str]) -> Page:
        """Look posts up again; one that Bluesky does not show is gone. See `Rechecks.recheck`."""
        names = [name for name in dict.fromkeys(external_ids) if is_post(name)]
        posts: list[Post] = []
        set_aside: list[SetAside] = []
        gone: list[str] = []
        for start in range(0, len(names), _AT_ONCE):
            batch = names[start : start + _AT_ONCE]
            asked = [("uris", name) for name in batch]
            items, _ = self._door.items("app.bsky.feed.getPosts", asked, "posts", signed_in=False)
            if not items and len(batch) > 3:
                raise SourceBusy(f"Bluesky shows none of {len(batch)} posts. Taken as a fault, not as their deletion.")
            page = self._read(items, Recent(None, most=0), "look-up")
            met = {fields.text_or_none(item, "uri") for item in fields.objects(items) if not item.get("notFound")}
            posts += page.posts
            set_aside += page.set_aside
            gone += [name for name in batch if name not in met]
        return Page(posts=posts, set_aside=set_aside, gone=gone)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one view; see `Collector.parse`."""
        return post_of(raw)

    def _listings(self) -> Iterator[_Listing]:
        options, limit = self._options, ("limit", "100")
        for words in options.searches:
            language = (("lang", options.language),) if options.language else ()
            asked = (("q", words), ("sort", "latest"), *language, limit)
            yield _Listing(f"search “{words}”", "app.bsky.feed.searchPosts", asked, "posts", bounded=True)
        if options.mentions:
            asked = (*(("reasons", reason) for reason in _HEARD), limit)
            yield _Listing("mentions", "app.bsky.notification.listNotifications", asked, "notifications")
        for account in options.accounts:
            name = account.removeprefix("@")
            asked = (("actor", name), ("filter", "posts_with_replies"), limit)
            yield _Listing(f"@{name}", "app.bsky.feed.getAuthorFeed", asked, "feed", signed_in=False)

    def _walk(self, listing: _Listing, recent: Recent, since: datetime | None) -> Iterator[Page]:
        """From the newest down to the overlap with what is known; at first to `since`, or to the backlog."""
        floor = datetime.fromtimestamp(recent.newest, UTC) - _OVERLAP if recent.newest is not None else since
        first, seen, position = not recent.known, 0, ""
        visited: set[str] = set()
        for number in count(1):
            items, onward = self._ask(listing, position, floor)
            page = self._read(items, recent, f"{listing.name}, page {number}", floor)
            seen += len(items)
            visited.add(position)
            below = floor is not None and any((moment := _place(item)) and moment < floor for item in items)
            over = below or not items or not onward or onward in visited or (first and seen >= self._options.backlog)
            lost = over and not below and number > 2 and recent.known and not recent.met
            yield Page(
                posts=page.posts,
                set_aside=page.set_aside,
                cursor=recent.stored() if over else None,
                gap=f"{listing.name} ended after {seen} posts, before a known one was met." if lost else None,
            )
            if over:
                return
            position = onward

    def _ask(self, listing: _Listing, position: str, floor: datetime | None) -> tuple[list[JSON], str]:
        params = [*listing.params]
        if position:
            params.append(("cursor", position))
        if listing.bounded and floor is not None:
            params.append(("since", floor.isoformat(timespec="milliseconds").replace("+00:00", "Z")))
        return self._door.items(listing.method, params, listing.inside, signed_in=listing.signed_in)

    def _read(self, items: list[JSON], recent: Recent, place: str, floor: datetime | None = None) -> Page:
        posts: list[Post] = []
        set_aside: list[SetAside] = []
        for number, item in enumerate(items, start=1):
            view = item.get("post", item) if isinstance(item, dict) else item
            if _is_repost(item) or (isinstance(view, dict) and not is_words(view)):
                continue
            raw: RawPost = {"post": without_us(view), "product": self._options.product}
            try:
                post = self.parse(raw)
            except PostUnreadable as unreadable:
                set_aside.append(SetAside(place=f"{place}, item {number}", reason=str(unreadable), raw=unreadable.raw))
                continue
            when = _place(item) or post.created_at
            if (floor is None or when >= floor) and recent.note(post.external_id, when, _version(post)):
                posts.append(post)
        return Page(posts=posts, set_aside=set_aside)


def _version(post: Post) -> str:
    """The hash of the record, which changes with it."""
    return fields.text_or_none(fields.obj(post.raw, "post"), "cid") or ""


def _is_repost(item: JSON) -> bool:
    reason = item.get("reason") if isinstance(item, dict) else None
    return isinstance(reason, dict) and str(reason.get("$type")).endswith("#reasonRepost")


def _place(item: JSON) -> datetime | None:
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
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=True,
)
