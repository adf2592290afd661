"""Reading a platform's lists: where a walk begins and ends, and how it goes on after a break.

Most lists show the newest first and are read from the top down to what is known from last time. Some can also be
climbed, from a known post upwards. Known is known by its content, so that an edited post comes again as long as it is
among the newest that we remember. A kind says how its platform is asked and what an item says; the order of the walk,
its cursor, its gaps and its end are here. What is remembered between two walks is in `collectors.remembered`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import count

from collectors import fields
from collectors.base import JSON, CollectorError, Cursor, Page, Post, RawPost, SourceBusy, SourceRefused
from collectors.handed import Handed
from collectors.reading import read_items
from collectors.remembered import Manner, Walk, state_of

__all__ = ["Listing", "Sheet", "Walk", "follow", "numbered", "posts_by"]

_SLACK = 2  # totals are often one or two more than what is shown
_FAILURES = 3  # so many lists in a row that cannot be read, and the others are left for the next run
_CERTAIN = 10  # more known posts than this are not all deleted at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One answer of a platform's list."""

    items: Sequence[RawPost]  # as `Listing.read` takes them
    onward: str | None  # where the next items are, as `Listing.ask` finds it in `Walk.position`; None: the list ends
    total: int | None = None  # how many items the platform says there are
    asked_at: float | None = None  # when the platform answered, by its own clock (seconds since 1970)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list of a platform. `ask` raises as `Collector.pages` does; `read` sets aside what it cannot read."""

    name: str  # its place in the cursor and in messages: must not change
    ask: Callable[[Walk], Sheet]  # what stands at `Walk.position`; None there: at the top
    read: Callable[[Sequence[RawPost], Walk, str], Page]  # items, which to `Walk.note`, and their place in words
    by_change: bool = False  # ordered by the last change, not by when the posts were written
    overlap: timedelta | None = None  # so far below the newest known post is read again: for edits, and for late ones
    climb: Callable[[str], tuple[int, str]] | None = None  # the age of an id, where known posts let us read upwards
    complete: bool = False  # a climb shows all there is: known posts that do not come again are gone
    anchors: int = 100  # how many of the newest are remembered
    backlog: int | None = None  # after so many items the first walk ends
    depth: str | None = None  # what the platform shows at the most, in words (empty: we do not know); None: everything
    days: int | None = None  # how far back the platform shows anything; None: without such a limit
    due: int | None = 1  # where so many known posts should show, showing nothing is a fault; None: it never is
    doubts: int = 0  # how often an empty answer where more is due is asked for again before it is believed
    pause: Callable[[float], None] = lambda _: None  # waits so many seconds before that
    optional: bool = False  # may it be missing as long as others of the same source are there?


def posts_by(
    read: Callable[[RawPost], Post | None],
    *,
    named: Callable[[RawPost], str] | None = None,
    stands: Callable[[RawPost], datetime | None] | None = None,
    more: Callable[[RawPost], Page] | None = None,
    replies: bool = True,
) -> Callable[[Sequence[RawPost], Walk, str], Page]:
    """How a list of single posts is read, for `Listing.read`: the new and the changed ones.

    `read` gives None for what is not wanted. `named` tells an item's own id, where that is not the post's; `stands` the
    time by which it has its place in the list, None for one that stands there for another reason (pinned, passed on).
    `more` reads what hangs on an item that is new or changed. Without `replies` another count of replies is no change.
    """

    def page(items: Sequence[RawPost], walk: Walk, where: str) -> Page:
        hanging: dict[str, Page] = {}

        def taken(item: RawPost) -> Post | None:
            post = read(item)
            if post is None:
                return None
            when = (post.edited_at or post.created_at) if walk.manner.by_change else post.created_at
            place = stands(item) if stands is not None else when
            name, state = named(item) if named is not None else post.external_id, state_of(post, replies=replies)
            if not walk.note(name, place or when, state, in_place=place is not None):
                return None
            if not walk.first_time(post.external_id, state):
                return None
            if more is not None:
                hanging[post.external_id] = more(item)
            return post

        found = read_items(taken, items, where)
        posts, set_aside = [], [*found.set_aside]
        for post in found.posts:
            below = hanging.get(post.external_id, Page())
            fresh = [one for one in below.posts if walk.first_time(one.external_id, state_of(one, replies=replies))]
            posts += [post, *fresh]
            set_aside += below.set_aside
        return Page(posts=posts, set_aside=set_aside)

    return page


def numbered(position: str | None, most: int) -> tuple[int, int]:
    """The number and the size of the page at a position, for lists that are asked for by number.

    Each page is smaller than the one before and so begins before that ended: an item that is deleted while we walk does
    not move others past us. From a third less on the size stays.
    """
    number = max(1, int(position)) if position and position.isdecimal() else 1
    return number, max(most + 1 - number, most * 2 // 3)


def follow(
    listings: Sequence[Listing],
    cursor: Cursor | None,
    since: datetime | None,
    *,
    enough: Callable[[], bool] = lambda: False,
) -> Iterator[Page]:
    """Read the lists one after the other; see `Collector.pages`.

    Every page can be gone on from. One list that fails does not keep the others from being read; its error is raised
    in the end. Where `enough` says so after a page, the rest is left for the next run, which begins there: no list
    waits for ever because those before it took all that a run may ask.
    """
    reached = dict(fields.obj_or_empty(cursor or {}, "lists"))
    handed = Handed()
    failures: list[CollectorError] = []
    missing: list[CollectorError] = []
    in_a_row = 0
    ordered = _beginning_with(fields.text_or_none(cursor or {}, "next"), listings)
    for number, listing in enumerate(ordered, start=1):
        following = ordered[number % len(ordered)].name
        walk = Walk.of(fields.obj_or_empty(reached, listing.name), since, handed, _manner(listing))
        try:
            for page, place in _climb(listing, walk) if walk.climbs else _walk_down(listing, walk):
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
    if failures or (missing and len(missing) == len(listings)):
        raise [*failures, *missing][0]


def _manner(listing: Listing) -> Manner:
    return Manner(
        by_change=listing.by_change, overlap=listing.overlap, climbs=listing.climb is not None, most=listing.anchors
    )


def _beginning_with(name: str | None, listings: Sequence[Listing]) -> list[Listing]:
    """The lists in their order, round from the one of this name."""
    first = next((place for place, listing in enumerate(listings) if listing.name == name), 0)
    return [*listings[first:], *listings[:first]]


def _walk_down(listing: Listing, walk: Walk) -> Iterator[tuple[Page, dict[str, JSON]]]:
    for number in count(1):
        sheet = _ask(listing, walk)
        walk.asked_at = walk.asked_at if walk.asked_at is not None else sheet.asked_at
        content = blake2b(repr(sheet.items).encode("utf-8", "replace")).digest()
        again = content in walk.visited and bool(sheet.items)
        walk.visited |= {content, walk.position}
        walk.seen += len(sheet.items)
        page = listing.read(sheet.items, walk, f"{listing.name}, page {number}")
        walk.position = sheet.onward
        much = not walk.known and listing.backlog is not None and walk.seen >= listing.backlog
        over = walk.ended or much or sheet.onward is None or sheet.onward in walk.visited or again
        gap = _gap(listing, walk, sheet.total) if over and not much else None
        yield replace(page, gap=gap, total=sheet.total), walk.place(over=over)
        if over:
            return


def _climb(listing: Listing, walk: Walk) -> Iterator[tuple[Page, dict[str, JSON]]]:
    """From a known post upwards; each page stands, since nothing is missing below it."""
    expected = sorted(walk.known, key=listing.climb)[-max(1, listing.anchors // 2) :]
    walk.position = expected[0]
    for number in count(1):
        walk.visited.add(walk.position)
        sheet = listing.ask(walk)
        page = listing.read(sheet.items, walk, f"{listing.name}, page {number}")
        walk.position = sheet.onward
        over = not sheet.items or sheet.onward is None or sheet.onward in walk.visited
        unmet = [name for name in expected[1:] if name not in walk.top] if over else []
        lost = len(unmet) > _CERTAIN and len(unmet) == len(expected) - 1
        gone = unmet if listing.complete and not lost else []
        for name in gone:
            walk.known.pop(name, None)
        gap = f"None of the posts known from {listing.name} is shown any more." if lost else None
        yield replace(page, gone=[*page.gone, *gone], gap=gap), walk.place(over=True)
        if over:
            return


def _ask(listing: Listing, walk: Walk) -> Sheet:
    """The next sheet; an empty one only where the list really ends.

    Raises SourceBusy where it shows nothing at all although there was something.
    """
    for attempt in count(1):
        sheet = _ask_once(listing, walk)
        at_top = walk.position is None
        short = sheet.total is not None and walk.seen < sheet.total - _SLACK and listing.doubts > 0
        due = short or (at_top and listing.due is not None and walk.due() >= listing.due)
        if sheet.items or not due:
            return sheet
        if attempt > listing.doubts:
            break
        listing.pause(float(attempt))
    if at_top:
        raise SourceBusy(f"{listing.name} shows nothing, though there was something. Taken as a fault.")
    return replace(sheet, onward=None)


def _ask_once(listing: Listing, walk: Walk) -> Sheet:
    """The next sheet. A position of an earlier run that the platform no longer takes is given up for the top."""
    try:
        return listing.ask(walk)
    except SourceRefused as refused:
        if not walk.resumed or walk.position is None or refused.status not in {400, 404, 410}:
            raise
        walk.restart()
        return listing.ask(walk)
    finally:
        walk.resumed = False


def _gap(listing: Listing, walk: Walk, total: int | None) -> str | None:
    """What was missed, in words, when a walk down is over."""
    if walk.met:
        return None
    if walk.known and listing.depth is not None and walk.due() >= (listing.due or 1):
        shown = f", which shows only {listing.depth}" if listing.depth else ""
        return f"None of the posts known from last time was met in {listing.name}{shown}; some between may be missing."
    if listing.days is not None and walk.last_asked is not None and walk.asked_at is not None:
        away = (walk.asked_at - walk.last_asked) / 86400
        if away > listing.days:
            return f"{listing.name} shows {listing.days} days and was last read {away:.0f} days ago."
    if total is not None and not walk.known and walk.seen < total - _SLACK:
        return f"{listing.name} showed {walk.seen} of the {total} posts that it says there are."
    return None
