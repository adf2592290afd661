"""Walking down a list that a platform shows in the order of the last change, and taking each item once.

What is new or edited stands first, so a walk ends where the items known from last time begin. A walk that breaks off is
taken up below what was handed over; what came meanwhile stands above, and is met by the next walk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from collectors import fields
from collectors.base import Cursor, Page, Post, PostUnreadable, RawPost, SetAside

_ANCHORS = 50


@dataclass(slots=True)
class Walk:
    """How far one walk down the list has come; what of it must outlive the run goes into the cursor."""

    known: dict[str, int]  # id -> time of the last change: the top of the list at the last finished walk
    floor: float  # nothing that was last changed before this is wanted (seconds since 1970)
    position: str = ""
    top: dict[str, int] = field(default_factory=dict)  # the top of the list in this walk
    seen: int = 0
    handed: set[tuple[str, int]] = field(default_factory=set)
    visited: set[str] = field(default_factory=set)
    met: bool = False  # has a known item, or an older one, been met?

    @classmethod
    def of(cls, cursor: Cursor | None, since: datetime | None, *, start: str = "") -> Walk:
        """Go on in an unfinished walk, or begin a new one at the position `start`."""
        stored = cursor or {}
        known = fields.numbers(stored, "anchors")
        floor = min(known.values()) if known else since.timestamp() if since else 0.0
        walk = cls(known=known, floor=floor, position=start)
        below = fields.obj_or_empty(stored, "below")
        if below:
            walk.position = fields.text_or_none(below, "position") or start
            walk.top = fields.numbers(below, "top")
            walk.seen = fields.count_or_none(below, "seen") or 0
        return walk

    def unfinished(self) -> Cursor:
        """Where to go on should this walk break off after what was handed over."""
        return {
            "anchors": dict(self.known.items()),
            "below": {"position": self.position, "top": dict(self.top.items()), "seen": self.seen},
        }

    def finished(self) -> Cursor:
        """Where the next walk ends. Sorted by time, since a database may forget the order of names."""
        newest = sorted({**self.known, **self.top}.items(), key=lambda anchor: -anchor[1])
        return {"anchors": dict(newest[:_ANCHORS])}

    def note(self, name: str, changed: int) -> bool:
        """Take note of the next item down the list; returns whether it is new or changed."""
        if len(self.top) < _ANCHORS:
            self.top.setdefault(name, changed)
        if self.known.get(name) == changed or changed < self.floor:
            self.met = True
            return False
        if (name, changed) in self.handed:  # the list moved while we walked
            return False
        self.handed.add((name, changed))
        return True


def parse_each(
    parse: Callable[[RawPost], Post], raws: Iterable[tuple[str, RawPost]]
) -> tuple[list[Post], list[SetAside]]:
    """The posts of payloads, each given with its place; what cannot be read is set aside, its neighbours are read."""
    posts: list[Post] = []
    set_aside: list[SetAside] = []
    for place, raw in raws:
        try:
            posts.append(parse(raw))
        except PostUnreadable as unreadable:
            set_aside.append(SetAside(place=place, reason=str(unreadable), raw=unreadable.raw))
    return posts, set_aside


def weighty(pages: Iterable[Page]) -> Iterator[Page]:
    """The pages that bring something and, where the last ones bring nothing, one that says where to go on.

    For kinds of several lists, whose cursors hold all of them: who stops after one page has got on in any case.
    """
    quiet: Page | None = None
    for page in pages:
        if page.posts or page.set_aside or page.gone or page.gap:
            yield page
            quiet = None
        elif quiet is None or not page.not_modified:
            quiet = page
    if quiet is not None:
        yield quiet
