"""Submissions and comments on Reddit. Off until keys are given: Reddit approves each use of its API by hand.

Reddit's terms shape this file: authors are never tied to customers, raw payloads are kept two days, and every post
that is kept is looked up again within 48 hours, because whatever was deleted there must go here too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count
from typing import Self, cast

from pydantic import BaseModel, Field, field_validator, model_validator

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
    SetAside,
    SourceBusy,
    Spec,
)
from collectors.net import Net
from collectors.options import Options, Words, need_secrets
from collectors.reddit_door import API, Door
from collectors.reddit_thing import is_fullname, is_gone, name_of, post_of

_ANCHORS = 50
_DEPTH = 900  # Reddit's listings end at about 1,000 items; one that ends earlier was read whole
_BATCH = 100


class RedditOptions(Options):
    """Where to listen on Reddit."""

    subreddits: Words = Field(default=(), description="Names of subreddits (godot,gamedev): all that is written there.")
    searches: Words = Field(default=(), description="Words to look for in submissions all over Reddit.")
    comments: bool = Field(default=True, description="Also the comments in the subreddits.")
    account: str | None = Field(default=None, description="Your account's name, which Reddit's rules ask us to state.")
    product: str | None = Field(default=None, description="The product that is talked about there.")

    @field_validator("subreddits")
    @classmethod
    def _names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        names = tuple(name.removeprefix("/").removeprefix("r/") for name in value)
        wrong = [name for name in names if not re.fullmatch(r"[A-Za-z0-9_]{2,21}", name)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is not a subreddit's name; r/gamedev is written gamedev")
        return names

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not self.subreddits and not self.searches:
            raise ValueError("give subreddits, searches, or both")
        return self


@dataclass(frozen=True, slots=True)
class _Listing:
    """One list of newest things; `name` is its place in the cursor."""

    name: str
    path: str
    params: Mapping[str, str]


@dataclass(slots=True)
class _Walk:
    """How far one walk down a listing has come."""

    known: dict[str, int]  # fullname -> created: the newest of the last finished walk
    floor: float
    top: dict[str, int] = field(default_factory=dict)
    seen: int = 0
    met: bool = False

    def note(self, name: str, created: int) -> bool:
        """Take note of the next thing down the listing; returns whether it is new."""
        self.seen += 1
        if len(self.top) < _ANCHORS:
            self.top.setdefault(name, created)
        if name in self.known or created < self.floor:
            self.met = True
            return False
        return True

    def anchors(self) -> JSON:
        """Where the next walk ends. Sorted by time, since a database may forget the order of names."""
        newest = sorted({**self.known, **self.top}.items(), key=lambda anchor: -anchor[1])
        return dict(newest[:_ANCHORS])


class Reddit:
    """Listens to subreddits and searches."""

    def __init__(self, options: RedditOptions, door: Door) -> None:
        self._options = options
        self._door = door

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what is new, newest first, one listing after the other; see `Collector.pages`.

        The cursor moves when a listing was walked down to what is known: before that, what lies between is missing.
        """
        reached: Cursor = dict(cursor or {})
        handed: set[str] = set()
        for listing in self._listings():
            known = {k: v for k, v in fields.obj_or_empty(reached, listing.name).items() if isinstance(v, int)}
            walk = _Walk(known, floor=min(known.values()) if known else since.timestamp() if since else 0.0)
            after: str | None = None
            for number in count(1):
                children, onward = self._ask(listing, after)
                if number == 1 and not children and known:
                    raise SourceBusy(f"Reddit shows nothing in {listing.name}, though there was something before.")
                page = self._read(children, walk, f"{listing.name}, page {number}", handed)
                over = walk.met or onward is None or onward == after
                if over:
                    reached = {**reached, listing.name: walk.anchors()}
                yield Page(
                    posts=page.posts,
                    set_aside=page.set_aside,
                    gone=page.gone,
                    cursor=reached if over else None,
                    gap=_gap(listing, walk) if over else None,
                )
                if over:
                    break
                after = onward

    def recheck(self, external_ids: Sequence[str]) -> Page:
        """Look posts up again; what is missing, or marked as deleted or removed, is gone. See `Rechecks.recheck`."""
        names = [name for name in dict.fromkeys(external_ids) if is_fullname(name)]
        walk = _Walk({}, floor=0.0)
        posts: list[Post] = []
        gone: list[str] = []
        set_aside: list[SetAside] = []
        for start in range(0, len(names), _BATCH):
            batch = names[start : start + _BATCH]
            children, _ = self._children(self._door.get("api/info/", {"id": ",".join(batch)}), "api/info")
            if not children and len(batch) > 3:
                raise SourceBusy(f"Reddit knows none of {len(batch)} posts. Taken as a fault, not as their deletion.")
            page = self._read(children, walk, "api/info", set())
            met = {name_of(child) for child in children}
            posts += page.posts
            set_aside += page.set_aside
            gone += [*page.gone, *(name for name in batch if name not in met)]
        return Page(posts=posts, gone=gone, set_aside=set_aside)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one submission or comment; see `Collector.parse`."""
        return post_of(raw)

    def abilities(self) -> Sequence[Ability]:
        """Which of the lists the app is shown; see `Able.abilities`."""
        found: list[Ability] = []
        for listing in self._listings():
            found += tried(f"read {listing.name}", partial(self._ask, listing, None))
        account = "An app alone has no account, and needs none to listen; answers are written on Reddit."
        return [*found, Ability("answer or vote as an account", False, account)]

    def _listings(self) -> Iterator[_Listing]:
        options, together = self._options, "+".join(self._options.subreddits)
        if together:
            yield _Listing(f"r/{together}/new", f"r/{together}/new", {})
        if together and options.comments:
            yield _Listing(f"r/{together}/comments", f"r/{together}/comments/", {})
        for words in options.searches:
            asked = {"q": words, "sort": "new", "t": "month", "syntax": "lucene", "restrict_sr": "False"}
            yield _Listing(f"search “{words}”", "r/all/search/", asked)

    def _ask(self, listing: _Listing, after: str | None) -> tuple[list[JSON], str | None]:
        page = {**listing.params, "limit": str(_BATCH), **({"after": after} if after else {})}
        return self._children(self._door.get(listing.path, page), listing.name)

    def _children(self, answer: JSON, where: str) -> tuple[list[JSON], str | None]:
        data = answer.get("data") if isinstance(answer, dict) else None
        children = data.get("children") if isinstance(data, dict) else None
        if not isinstance(data, dict) or not isinstance(children, list):
            raise SourceBusy(f"Reddit answered {where} in a form that we do not know; its API may have changed.")
        return children, fields.text_or_none(data, "after")

    def _read(self, children: list[JSON], walk: _Walk, where: str, handed: set[str]) -> Page:
        posts: list[Post] = []
        gone: list[str] = []
        set_aside: list[SetAside] = []
        for number, child in enumerate(children, start=1):
            thing = child.get("data") if isinstance(child, dict) else None
            try:
                raw: RawPost = {"thing": thing, "product": self._options.product}
                new = walk.note(name_of(child), int(fields.moment(fields.obj(raw, "thing"), "created_utc").timestamp()))
                if not new or name_of(child) in handed:
                    continue
                handed.add(name_of(child))
                if is_gone(fields.obj(raw, "thing")):
                    gone.append(name_of(child))
                    continue
                posts.append(self.parse(raw))
            except PostUnreadable as unreadable:
                set_aside.append(SetAside(place=f"{where}, item {number}", reason=str(unreadable), raw=unreadable.raw))
        return Page(posts=posts, gone=gone, set_aside=set_aside)


def _gap(listing: _Listing, walk: _Walk) -> str | None:
    if walk.known and not walk.met and walk.seen >= _DEPTH:
        return f"More was written in {listing.name} than Reddit lists ({walk.seen}); some in between is missing."
    return None


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options and keys. Raises SourceRefused where a key is missing."""
    chosen = cast("RedditOptions", options)
    need_secrets(SPEC, secrets)
    owner = f" (by /u/{chosen.account})" if chosen.account else ""
    door = Door(
        client_id=secrets["REDDIT_CLIENT_ID"],
        client_secret=secrets["REDDIT_CLIENT_SECRET"],
        user_agent=f"python:earful:0.1{owner}",
        net=net,
    )
    return Reddit(chosen, door)


_WHERE = (
    "https://www.reddit.com/prefs/apps, after Reddit has approved the use (support.reddithelp.com, Data API request)"
)

SPEC = Spec(
    kind="reddit",
    title="Reddit",
    options=RedditOptions,
    build=build,
    passport=Passport(
        may_link=False,
        may_reply=ReplyDoor.API,
        may_export=False,
        may_train=False,
        keep_raw_days=2,
        recheck_hours=24,
        attribution="r/subreddit on Reddit, with the author's name and a link",
        terms="Each use needs Reddit's approval, commercial use a written one. Never match authors with people "
        "elsewhere, never fit models to the texts, and follow every deletion within 48 hours, derived data included.",
    ),
    secrets=(
        Secret(name="REDDIT_CLIENT_ID", where=_WHERE),
        Secret(name="REDDIT_CLIENT_SECRET", where=_WHERE),
    ),
    home=API,
    # 100 a minute and client (Reddit: Data API Wiki), less what answers need.
    pace=Pace(requests=90, seconds=60),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=True,
)
