"""Posts on X that a search finds or that mention an account (docs.x.com/x-api). Every post that is read costs money.

X's terms shape this file: authors are never tied to customers, texts are not passed on, and posts that are kept are
looked up again each day, because whatever was deleted there must go here too. A run reads at most `max_posts`; what
it does not reach is taken up by the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
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
    RawPost,
    ReplyDoor,
    Secret,
    Spec,
)
from collectors.handed import Handed
from collectors.net import Net
from collectors.options import Options, need_secrets
from collectors.reading import read_named, weighty
from collectors.x_door import HOME, Door, TooOld, author_of
from collectors.x_post import number_of, post_of, users, versions

_AT_ONCE = 100
_FEWEST = 10  # X takes no smaller number


class XOptions(Options):
    """What to listen to on X."""

    query: str | None = Field(default=None, max_length=512, description="A search in X's own words: lantern lang:en.")
    user_id: str | None = Field(default=None, pattern=r"^\d{1,19}$", description="An account's number: its mentions.")
    max_posts: int = Field(default=500, ge=_FEWEST, description="How many posts one run may read; X charges for each.")
    product: str | None = Field(default=None, description="The product that is talked about there.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.query and not self.user_id:
            raise ValueError("give query, user_id, or both")
        return self


@dataclass(frozen=True, slots=True)
class _Listing:
    """One list of posts, newest first; `name` is its place in the cursor."""

    name: str
    path: str
    params: Mapping[str, str]
    token: str  # the name under which the next page is asked for


@dataclass(slots=True)
class _Walk:
    """How far one walk down a list has come. Ids grow with time, so two of them say what is known."""

    newest: int  # all up to this post is known
    until: int  # where an unfinished walk goes on below; 0: at the top
    top: int  # the newest post of this walk
    floor: datetime | None  # nothing older is wanted
    lowest: int = 0
    met: bool = False
    handed: Handed = field(default_factory=Handed)

    @classmethod
    def of(cls, stored: Mapping[str, JSON], since: datetime | None) -> _Walk:
        """Go on in an unfinished walk, or begin a new one."""
        below = fields.obj_or_empty(stored, "below")
        newest = number_of(dict(stored), "newest")
        until, top = number_of(below, "until"), number_of(below, "top")
        return cls(newest=newest, until=until, top=top, floor=None if newest else since)

    def note(self, item: JSON) -> None:
        """Take note of the next post down the list."""
        number = number_of(item)
        if number:
            self.top = max(self.top, number)
            self.lowest = min(self.lowest or number, number)

    def wants(self, post: Post) -> bool:
        """Whether the post is to be handed over: it is recent enough, and no newer version of it was."""
        if self.floor is not None and (post.edited_at or post.created_at) < self.floor:
            self.met = True
            return False
        return self.handed.first_time(post.external_id)

    def asked(self) -> dict[str, str]:
        """The bounds to ask for."""
        bounds = {"since_id": self.newest, "until_id": self.until}
        return {name: str(number) for name, number in bounds.items() if number}

    def place(self, *, over: bool) -> dict[str, JSON]:
        """Where to go on. Ids are written as texts: JSON's numbers are too small for them elsewhere."""
        if over:
            return {"newest": str(max(self.newest, self.top))}
        below: dict[str, JSON] = {"until": str(self.lowest or self.until), "top": str(self.top)}
        return {"newest": str(self.newest), "below": below}


class X:
    """Listens to a search and to the mentions of an account."""

    def __init__(self, options: XOptions, door: Door) -> None:
        self._options = options
        self._door = door

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what is new, newest first, until all is known or `max_posts` were read; see `Collector.pages`."""
        yield from weighty(self._lists(cursor, since))

    def recheck(self, external_ids: Sequence[str]) -> Page:
        """Look posts up again: their last version, or that X shows them to nobody any more. See `Rechecks.recheck`."""
        numbers = [name for name in dict.fromkeys(external_ids) if number_of({"id": name})]
        found: list[tuple[JSON, JSON]] = []
        gone: list[str] = []
        for start in range(0, len(numbers), _AT_ONCE):
            batch = numbers[start : start + _AT_ONCE]
            pairs, missing = self._door.look_up(batch)
            gone += missing
            last = [(versions(item) or [0])[-1] if isinstance(item, dict) else 0 for item, _ in pairs]
            found += [pair for pair, newest in zip(pairs, last, strict=True) if newest == number_of(pair[0])]
            edited = [str(newest) for (item, _), newest in zip(pairs, last, strict=True) if newest != number_of(item)]
            found += self._door.look_up(edited)[0] if edited else []
        named = ((f"post {number_of(item)}", self._raw(item, user)) for item, user in found)
        return replace(read_named(self.parse, named), gone=gone)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one stored payload; see `Collector.parse`."""
        return post_of(raw)

    def abilities(self) -> Sequence[Ability]:
        """Whether the token is taken, and what may still be read this month; reading a post would be charged for."""

        def left(usage: Mapping[str, JSON]) -> Iterator[Ability]:
            used, most = (fields.count_in_text(usage, f"project_{name}") for name in ("usage", "cap"))
            if used is not None and most is not None:
                more = "Raise the limit, or wait for the next month: https://console.x.com."
                yield Ability(f"read {max(0, most - used):,} more of {most:,} posts this month", used < most, more)

        return tried("sign in", self._door.usage, left)

    def _lists(self, cursor: Cursor | None, since: datetime | None) -> Iterator[Page]:
        reached: Cursor = dict(cursor or {})
        left = self._options.max_posts
        for listing in self._listings():
            if left < _FEWEST:
                return
            walk = _Walk.of(fields.obj_or_empty(reached, listing.name), since)
            for page, over, cost in self._downward(listing, walk, left):
                left -= cost
                reached = {**reached, listing.name: walk.place(over=over)}
                yield Page(posts=page.posts, set_aside=page.set_aside, gap=page.gap, cursor=reached)

    def _listings(self) -> Iterator[_Listing]:
        if self._options.query:
            yield _Listing("search", "tweets/search/recent", {"query": self._options.query}, "next_token")
        if self._options.user_id:
            yield _Listing("mentions", f"users/{self._options.user_id}/mentions", {}, "pagination_token")

    def _downward(self, listing: _Listing, walk: _Walk, left: int) -> Iterator[tuple[Page, bool, int]]:
        """Pages, whether the walk is over with them, and how many posts they cost."""
        token: dict[str, str] = {}
        visited: set[str] = set()
        gap: str | None = None
        for number in count(1):
            most = {"max_results": str(max(_FEWEST, min(_AT_ONCE, left)))}
            try:
                answer = self._door.ask(listing.path, {**listing.params, **most, **walk.asked(), **token})
            except TooOld:
                if not walk.asked():
                    raise
                gap = f"X shows the last seven days only, and we last read {listing.name} before; some is missing."
                walk.newest = walk.until = 0
                token = {}
                continue
            items = fields.list_or_empty(answer, "data")
            page = self._read(items, users(answer), walk, f"{listing.name}, page {number}")
            onward = fields.text_or_none(fields.obj_or_empty(answer, "meta"), "next_token")
            over = walk.met or onward is None or onward in visited
            left -= len(items)
            yield Page(posts=page.posts, set_aside=page.set_aside, gap=gap), over, len(items)
            gap = None
            if over or onward is None or left < _FEWEST:
                return
            visited.add(onward)
            token = {listing.token: onward}

    def _read(self, items: list[JSON], authors: Mapping[str, JSON], walk: _Walk, where: str) -> Page:
        raws: list[tuple[str, RawPost]] = []
        for place, item in enumerate(items, start=1):
            walk.note(item)
            raws.append((f"{where}, item {place}", self._raw(item, author_of(item, authors))))
        page = read_named(self.parse, raws)
        return replace(page, posts=[post for post in page.posts if walk.wants(post)])

    def _raw(self, item: JSON, author: JSON) -> RawPost:
        return {"post": item, "author": author, "product": self._options.product}


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:
    """The collector for validated options and the key. Raises SourceRefused where it is missing."""
    need_secrets(SPEC, secrets)
    return X(cast("XOptions", options), Door(secrets["X_BEARER_TOKEN"], net))


SPEC = Spec(
    kind="x",
    title="X",
    options=XOptions,
    build=build,
    passport=Passport(
        may_link=False,
        may_reply=ReplyDoor.API,
        may_export=False,
        may_train=False,
        keep_raw_days=30,
        recheck_hours=24,
        attribution="Post on X, with the author's name and handle, and a link",
        terms="Each post that is read, or looked up again, is charged for. Never tie authors to people elsewhere "
        "without their express consent, never fit models to the texts, pass on ids only, and follow every deletion "
        "within 24 hours. Programs may answer only posts that summon our account; others are answered on X itself.",
    ),
    secrets=(Secret(name="X_BEARER_TOKEN", where="https://console.x.com (your app, Keys and tokens, Bearer token)"),),
    home=HOME,
    # 450 searches in 15 minutes and app (docs.x.com: Rate limits); ids and mentions allow more.
    pace=Pace(requests=400, seconds=900),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=True,
    every_minutes=60,
)
