"""What a list showed last time, and how far this walk has come: the memory behind `collectors.walk`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from collectors import fields
from collectors.base import JSON, Post
from collectors.handed import Handed

Anchor = tuple[float, str]
"""When a post was written or changed (seconds since 1970), and its state (see `state_of`)."""


def state_of(post: Post, *, replies: bool = True) -> str:
    """What a reader would notice if it changed. Not the time: some platforms move it without an edit."""
    said = (post.title or "", post.text, post.rating, post.engagement.replies if replies else None)
    return blake2b(repr(said).encode("utf-8", "replace"), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a list is remembered; the words are those of `walk.Listing`."""

    by_change: bool = False
    overlap: timedelta | None = None
    climbs: bool = False
    most: int = 100


@dataclass(slots=True)
class Walk:
    """How far one walk through a list has come."""

    known: dict[str, Anchor]  # by id: the newest posts at the end of the last walk
    floor: float  # what is older than this is known, or not wanted (seconds since 1970)
    handed: Handed  # what this run has already brought, over all its lists
    manner: Manner
    climbs: bool = False
    position: str | None = None
    resumed: bool = False
    top: dict[str, Anchor] = field(default_factory=dict)  # the newest posts of this walk
    seen: int = 0
    ended: bool = False  # is all below known?
    met: bool = False  # was a known post met, or an older one?
    asked_at: float | None = None  # when this walk began, by the platform's clock
    last_asked: float | None = None  # when the last finished walk began
    visited: set[bytes | str | None] = field(default_factory=set)

    @classmethod
    def of(
        cls,
        stored: Mapping[str, JSON],
        since: datetime | None = None,
        handed: Handed | None = None,
        manner: Manner | None = None,
    ) -> Walk:
        """Go on in an unfinished walk, or begin a new one."""
        known, manner = _anchors(stored, "anchors"), manner or Manner()
        times = [when for when, _ in known.values()]
        floor = min(times, default=since.timestamp() if since else float("-inf"))
        if times and manner.overlap is not None:
            floor = max(times) - manner.overlap.total_seconds()
        walk = cls(known, floor, handed or Handed(), manner, last_asked=_number(stored, "asked_at"))
        below = fields.obj_or_empty(stored, "below")
        if below:
            walk.position, walk.resumed = fields.text_or_none(below, "position"), True
            walk.top, walk.seen = _anchors(below, "top"), fields.count_or_none(below, "seen") or 0
            walk.asked_at = _number(below, "asked_at")
        walk.climbs = manner.climbs and bool(known) and not below
        return walk

    @property
    def begins_at(self) -> datetime | None:
        """The time of `floor`; None where there is none. For platforms that can be asked for what is newer."""
        return datetime.fromtimestamp(self.floor, UTC) if self.floor != float("-inf") else None

    @property
    def newest(self) -> float:
        """The time of the newest known post."""
        return max((when for when, _ in self.known.values()), default=float("-inf"))

    def restart(self) -> None:
        """Begin at the top again."""
        self.position, self.resumed, self.top, self.seen, self.asked_at = None, False, {}, 0, None

    def due(self) -> int:
        """How many known posts should come before the walk ends."""
        return sum(when >= self.floor for when, _ in self.known.values())

    def note(self, name: str, when: datetime | float, state: str, *, in_place: bool = True) -> bool:
        """Take note of the next post in the list; returns whether it is new, or another than we know.

        Not `in_place`: its time says nothing about what is below it. A time that is still to come counts as now: some
        clock is wrong, and all that follows would look old.
        """
        now = datetime.now(UTC)
        made = min(when, now).timestamp() if isinstance(when, datetime) else when
        anchor, before = (made, state), self.known.get(name)
        if self.climbs or name in self.top or len(self.top) < self.manner.most:
            self.top[name] = anchor
        if self.climbs:
            return before is None or before[1] != state
        same = before == anchor if self.manner.by_change else before is not None and before[1] == state
        old = made < self.floor
        self.met = self.met or before is not None or (old and in_place)
        if in_place and (old if self.manner.overlap is not None or before is None else same):
            self.ended = True
        return not (same or (before is None and old))

    def first_time(self, name: str, state: str) -> bool:
        """Whether this state of the post comes for the first time in this run; lists move, and share posts."""
        return self.handed.first_time((name, state))

    def place(self, *, over: bool) -> dict[str, JSON]:
        """Where the next walk ends or, where this one is not `over`, goes on."""
        if not over:
            below: dict[str, JSON] = {"position": self.position, "top": _stored(self.top), "seen": self.seen}
            return {
                "anchors": _stored(self.known),
                "asked_at": self.last_asked,
                "below": {**below, "asked_at": self.asked_at},
            }
        # Ties fall by name: a database may forget the order in which they stood.
        newest = sorted({**self.known, **self.top}.items(), key=lambda item: (item[1][0], item[0]), reverse=True)
        return {"anchors": _stored(dict(newest[: self.manner.most])), "asked_at": self.asked_at}


def _anchors(stored: Mapping[str, JSON], name: str) -> dict[str, Anchor]:
    found = {}
    for key, value in fields.obj_or_empty(stored, name).items():
        match value:
            case [int() | float() as when, str(state)]:
                found[key] = (when, state)
    return found


def _stored(anchors: Mapping[str, Anchor]) -> dict[str, JSON]:
    return {name: [when, state] for name, (when, state) in anchors.items()}


def _number(stored: Mapping[str, JSON], name: str) -> float | None:
    value = stored.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
