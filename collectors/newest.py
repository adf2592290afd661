"""Lists that show the newest first: where reading one begins and ends, and how it goes on after a break.

A list is read from the top down to what is known from last time. Known is known by its content, so that an edited post
comes again as long as it is among the newest that we remember. A kind says how its platform is asked and what an item
says; the order of the walk, its cursor, its gaps and its end are here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from itertools import count

from collectors import fields
from collectors.base import (
    JSON,
    CollectorError,
    Cursor,
    Page,
    Post,
    PostUnreadable,
    RawPost,
    SetAside,
    SourceBusy,
    SourceRefused,
)

_SLACK = 2  # totals are often one or two more than what is shown
_FAILURES = 3  # so many lists in a row that cannot be read, and the others are left for the next run


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One answer of a platform's list."""

    items: Sequence[RawPost]  # as `Listing.read` takes them
    onward: str | None  # where the next items are, as `Listing.ask` takes it; None: the list ends here
    total: int | None = None  # how many items the platform says there are
    asked_at: float | None = None  # when the platform answered, by its own clock (seconds since 1970)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list of a platform. `ask` raises as `Collector.pages` does, `read` raises PostUnreadable."""

    name: str  # its place in the cursor and in messages: must not change
    ask: Callable[[str | None], Sheet]  # None: from the top
    read: Callable[[RawPost], Post]
    more: Callable[[RawPost], Page] | None = None  # what hangs on an item that is new or changed: its answers
    by_change: bool = False  # ordered by the last change, not by when the posts were written
    anchors: int = 100  # how many of the newest are remembered
    depth: str | None = None  # what the platform shows at the most, in words; None: everything
    days: int | None = None  # how far back the platform shows anything; None: without such a limit
    may_be_empty: bool = False  # may it show nothing at all where it showed something before?
    optional: bool = False  # may it be missing as long as others of the same source are there?


def follow(
    listings: Sequence[Listing],
    cursor: Cursor | None,
    since: datetime | None,
    *,
    enough: Callable[[], bool] = lambda: False,
) -> Iterator[Page]:
    """Read the lists one after the other, each from its top down to what is known; see `Collector.pages`.

    Every page can be gone on from. One list that fails does not keep the others from being read; its error is raised
    in the end. Where `enough` says so after a page, the rest is left for the next run, which begins there: no list
    waits for ever because those before it took all that a run may ask.
    """
    reached = dict(fields.obj_or_empty(cursor or {}, "lists"))
    handed: set[tuple[str, str]] = set()
    failures: list[CollectorError] = []
    missing: list[CollectorError] = []
    in_a_row = 0
    ordered = _beginning_with(fields.text_or_none(cursor or {}, "next"), listings)
    for number, listing in enumerate(ordered, start=1):
        following = ordered[number % len(ordered)].name
        walk = _Walk.of(fields.obj_or_empty(reached, listing.name), since, handed)
        try:
            for page, place in _walk_down(listing, walk):
                reached = {**reached, listing.name: place}
                onward: Cursor = {"lists": reached, "next": listing.name if "below" in place else following}
                yield replace(page, cursor=onward, total=page.total if len(listings) == 1 else None)
                if enough():
                    return
        except (SourceBusy, SourceRefused) as error:
            if listing.optional and isinstance(error, SourceRefused) and error.status in {400, 404}:
                missing.append(error)
                continue
            failures.append(error)
            in_a_row += 1
            if in_a_row == _FAILURES or (isinstance(error, SourceBusy) and error.retry_after is not None):
                raise
        else:
            in_a_row = 0
    if failures or len(missing) == len(listings):
        raise [*failures, *missing][0]


def _beginning_with(name: str | None, listings: Sequence[Listing]) -> list[Listing]:
    """The lists in their order, round from the one of this name."""
    first = next((place for place, listing in enumerate(listings) if listing.name == name), 0)
    return [*listings[first:], *listings[:first]]


@dataclass(slots=True)
class _Walk:
    """How far one walk down a list has come."""

    known: dict[str, tuple[int, str]]  # id -> when, and the state: the top of the list at the last finished walk
    floor: float  # what is older than this is known, or not wanted
    handed: set[tuple[str, str]]  # what this run has already brought, over all its lists
    position: str | None = None
    resumed: bool = False
    top: dict[str, tuple[int, str]] = field(default_factory=dict)
    seen: int = 0
    met: bool = False
    asked_at: float | None = None  # when this walk began, by the platform's clock
    last_asked: float | None = None  # when the last finished walk began
    visited: set[bytes | str | None] = field(default_factory=set)

    @classmethod
    def of(cls, stored: Mapping[str, JSON], since: datetime | None, handed: set[tuple[str, str]]) -> _Walk:
        """Go on in an unfinished walk, or begin a new one."""
        known = _anchors(stored, "anchors")
        floor = min((when for when, _ in known.values()), default=since.timestamp() if since else float("-inf"))
        walk = cls(known, floor, handed, last_asked=_number(stored, "asked_at"))
        below = fields.obj_or_empty(stored, "below")
        if below:
            walk.position, walk.resumed = fields.text_or_none(below, "position"), True
            walk.top, walk.seen = _anchors(below, "top"), fields.count_or_none(below, "seen") or 0
            walk.asked_at = _number(below, "asked_at")
        return walk

    def restart(self) -> None:
        """Begin at the top again."""
        self.position, self.resumed, self.top, self.seen, self.asked_at = None, False, {}, 0, None

    def note(self, post: Post, listing: Listing) -> bool:
        """Take note of the next post down the list; returns whether it is new or changed."""
        when = (post.edited_at or post.created_at) if listing.by_change else post.created_at
        name, anchor = post.external_id, (int(when.timestamp()), _state(post))
        if len(self.top) < listing.anchors:
            self.top.setdefault(name, anchor)
        unchanged = self.known[name][1] == anchor[1] if name in self.known else anchor[0] < self.floor
        if unchanged:
            self.met = True
            return False
        if (name, anchor[1]) in self.handed:  # the list moved while we walked, or it is in two lists
            return False
        self.handed.add((name, anchor[1]))
        return True

    def place(self, listing: Listing, *, over: bool) -> dict[str, JSON]:
        """Where the next walk ends or, where this one is not `over`, goes on."""
        if not over:
            below: dict[str, JSON] = {"position": self.position, "top": _stored(self.top), "seen": self.seen}
            return {
                "anchors": _stored(self.known),
                "asked_at": self.last_asked,
                "below": {**below, "asked_at": self.asked_at},
            }
        newest = sorted({**self.known, **self.top}.items(), key=lambda anchor: -anchor[1][0])
        return {"anchors": _stored(dict(newest[: listing.anchors])), "asked_at": self.asked_at}

    def gap(self, listing: Listing, total: int | None) -> str | None:
        """What was missed, in words, when the walk is over."""
        if self.met:
            return None
        if self.known and listing.depth is not None:
            return (
                f"None of the posts known from last time was met in {listing.name}, which shows only "
                f"{listing.depth}; some in between may be missing."
            )
        if listing.days is not None and self.last_asked is not None and self.asked_at is not None:
            away = (self.asked_at - self.last_asked) / 86400
            if away > listing.days:
                return f"{listing.name} shows {listing.days} days and was last read {away:.0f} days ago."
        if total is not None and not self.known and self.seen < total - _SLACK:
            return f"{listing.name} showed {self.seen} of the {total} posts that it says there are."
        return None


def _walk_down(listing: Listing, walk: _Walk) -> Iterator[tuple[Page, dict[str, JSON]]]:
    for number in count(1):
        sheet = _ask(listing, walk)
        if walk.position is None and not sheet.items and walk.known and not listing.may_be_empty:
            raise SourceBusy(f"{listing.name} shows nothing, though there was something. Taken as a fault.")
        walk.asked_at = walk.asked_at if walk.asked_at is not None else sheet.asked_at
        content = blake2b(repr(sheet.items).encode("utf-8", "replace")).digest()
        again = content in walk.visited and bool(sheet.items)
        walk.visited |= {content, walk.position}
        page = _read(listing, sheet, walk, f"{listing.name}, page {number}")
        walk.position = sheet.onward
        over = walk.met or sheet.onward is None or sheet.onward in walk.visited or again
        gap = walk.gap(listing, sheet.total) if over else None
        yield replace(page, gap=gap, total=sheet.total), walk.place(listing, over=over)
        if over:
            return


def _ask(listing: Listing, walk: _Walk) -> Sheet:
    """The next sheet. A position of an earlier run that the platform no longer takes is given up for the top."""
    try:
        return listing.ask(walk.position)
    except SourceRefused as refused:
        if not walk.resumed or walk.position is None or refused.status not in {400, 404, 410}:
            raise
        walk.restart()
        return listing.ask(None)
    finally:
        walk.resumed = False


def _read(listing: Listing, sheet: Sheet, walk: _Walk, where: str) -> Page:
    posts: list[Post] = []
    set_aside: list[SetAside] = []
    for number, item in enumerate(sheet.items, start=1):
        walk.seen += 1
        try:
            post = listing.read(item)
        except PostUnreadable as unreadable:
            set_aside.append(SetAside(place=f"{where}, item {number}", reason=str(unreadable), raw=unreadable.raw))
            continue
        if not walk.note(post, listing):
            continue
        posts.append(post)
        if listing.more is not None:
            hanging = listing.more(item)
            posts += [one for one in hanging.posts if _first_time(one, walk)]
            set_aside += hanging.set_aside
    return Page(posts=posts, set_aside=set_aside)


def _first_time(post: Post, walk: _Walk) -> bool:
    mark = (post.external_id, _state(post))
    new = mark not in walk.handed
    walk.handed.add(mark)
    return new


def _state(post: Post) -> str:
    """What a reader would notice if it changed. Not the time: some platforms move it without an edit."""
    said = (post.title or "", post.text, post.rating, post.engagement.replies)
    return blake2b(repr(said).encode("utf-8", "replace"), digest_size=6).hexdigest()


def _anchors(stored: Mapping[str, JSON], name: str) -> dict[str, tuple[int, str]]:
    found = {}
    for key, value in fields.obj_or_empty(stored, name).items():
        match value:
            case [int(when), str(state)]:
                found[key] = (when, state)
    return found


def _stored(anchors: Mapping[str, tuple[int, str]]) -> dict[str, JSON]:
    return {name: [when, state] for name, (when, state) in anchors.items()}


def _number(stored: Mapping[str, JSON], name: str) -> float | None:
    value = stored.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
