"""What a listing showed last: so much of it is read again each time, and only what is new or changed is handed on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import blake2b

from collectors.base import JSON, Post


def state_of(post: Post) -> str:
    """What changes when the post is edited."""
    said = (post.title, post.text, post.edited_at)
    return blake2b(repr(said).encode("utf-8", "replace"), digest_size=6).hexdigest()


class Recent:
    """The newest items of a listing, each with its time and its version (see `state_of`).

    Listings are read with an overlap, since posts come late, are edited, and move while we walk.
    """

    def __init__(self, stored: JSON, *, most: int) -> None:
        """Take up what `stored` gave last time; `most` items are remembered beyond a run."""
        self._most = most
        self._items: dict[str, tuple[float, str]] = {}
        for name, item in stored.items() if isinstance(stored, dict) else ():
            if isinstance(item, list) and len(item) == 2 and isinstance(item[0], int | float):
                self._items[name] = (float(item[0]), str(item[1]))
        self.known = frozenset(self._items)  # what earlier runs had seen
        self.met: set[str] = set()  # which of those this run has seen again

    @property
    def newest(self) -> float | None:
        """The time of the newest item, in seconds since 1970."""
        return max((when for when, _ in self._items.values()), default=None)

    def since(self, when: float) -> int:
        """How many of the known items are not older than a time."""
        return sum(made >= when for made, _ in self._items.values()) if self.known else 0

    def note(self, name: str, when: datetime, version: str) -> bool:
        """Take note of an item; returns whether it is new, or another version than we know.

        A time that is still to come counts as now: some clock is wrong, and all that follows would look old.
        """
        if name in self.known:
            self.met.add(name)
        before = self._items.get(name)
        self._items[name] = (min(when, datetime.now(UTC)).timestamp(), version)
        return before is None or before[1] != version

    def forget(self, names: Iterable[str]) -> None:
        """Remember these no longer: they are gone."""
        for name in names:
            self._items.pop(name, None)

    def stored(self) -> dict[str, JSON]:
        """The newest items, for the cursor. Ties fall by name: a database may forget the order in which they stood."""
        newest = sorted(self._items.items(), key=lambda item: (item[1][0], item[0]), reverse=True)
        return {name: [when, version] for name, (when, version) in newest[: self._most]}
