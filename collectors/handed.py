"""What a run has already brought, so that it brings nothing twice."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable


class Handed:
    """The newest things that a run has brought, and not more than `most` of them, so that a long run stays small.

    One that comes again after so many others is brought again; the store then finds that nothing changed.
    """

    def __init__(self, most: int = 50_000) -> None:
        self._most = most
        self._things: OrderedDict[Hashable, None] = OrderedDict()

    def first_time(self, thing: Hashable) -> bool:
        """Whether it comes for the first time; from now on it does not."""
        if thing in self._things:
            return False
        self._things[thing] = None
        if len(self._things) > self._most:
            self._things.popitem(last=False)
        return True
