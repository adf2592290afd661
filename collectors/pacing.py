"""How long a platform wants to be left alone, and turns for one process that has no database to share them through."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from collectors.base import Pace, Pacing, SourceBusy
from collectors.verdicts import resets_in, retry_after

_REMAINING = ("x-ratelimit-remaining", "x-rate-limit-remaining", "ratelimit-remaining")
_STEPS_WAITED = 1.5  # a pace slower than our patience would end each run at its second request
_LONGEST_PATIENCE = 30.0  # seconds
_LONGEST_REST = 24 * 3600.0  # seconds; a platform that says more has most likely written a unit that we misread


def asked_to_rest(status: int, headers: Mapping[str, str]) -> float:
    """Seconds for which nobody should ask again, by an answer's status and headers (names in lower case); 0: none.

    Retry-After where the platform is busy (429, 503), else the moment at which its budget is full again, where the
    answer says that the budget is spent.
    """
    wait: float | None = None
    if status in {429, 503}:
        wait = retry_after(headers)
    if wait is None and (status == 429 or spent(headers)):
        wait = resets_in(headers)
    return min(wait or 0.0, _LONGEST_REST)


def spent(headers: Mapping[str, str]) -> bool:
    """Whether the platform says that nothing is left of our budget."""
    left = next((headers[name] for name in _REMAINING if headers.get(name, "").strip()), "")
    try:
        return float(left) < 1
    except ValueError:
        return False


def left_alone(where: str, wait: float) -> SourceBusy:
    """What to raise where the next turn is too far off; messages call the place `where`."""
    return SourceBusy(f"{where} is to be left alone for {wait:.0f} seconds.", retry_after=wait)


class Turns:
    """How requests keep to a pace: short waits are slept, long ones are left to the caller. Without one, none waits."""

    def __init__(self, pacing: Pacing | None, *, sleep: Callable[[float], None], patience: float) -> None:
        self._pacing = pacing
        self._sleep = sleep
        self._patience = patience

    def take(self, place: str, where: str) -> None:
        """Wait for the next turn at a place, which messages call `where`.

        Raises SourceBusy, with when to come back, where it is farther off than our patience; none was taken then.
        """
        if self._pacing is None:
            return
        slow = min(
            _STEPS_WAITED * self._pacing.step, _LONGEST_PATIENCE
        )  # a slow pace would end a run at its second page
        patience = max(self._patience, slow)
        wait = self.book(place, patience=patience)
        if wait > patience:
            raise left_alone(where, wait)
        if wait > 0:
            self._sleep(wait)

    def book(self, place: str, *, patience: float, apart: float = 0.0) -> float:
        """Take the next turn and say how far off it is, for those who wait by themselves; see `base.Pacing.turn`."""
        return 0.0 if self._pacing is None else self._pacing.turn(place, patience=patience, apart=apart)

    def heed(self, place: str, where: str, status: int, headers: Mapping[str, str]) -> None:
        """Tell everybody what an answer says of the platform's limits.

        Raises SourceBusy where it is a refusal (403) that only says that the budget is spent: nobody need act.
        """
        if self._pacing is None:
            return
        rest = asked_to_rest(status, headers)
        self.rest(place, rest)
        if rest and status == 403:
            raise SourceBusy(f"{where} has given all that it gives for now (403).", retry_after=rest)

    def rest(self, place: str, seconds: float) -> None:
        """Let nobody ask for so many seconds, up to a day."""
        if self._pacing is not None and seconds > 0:
            self._pacing.rest(place, min(seconds, _LONGEST_REST))


class OwnPace:
    """Turns within one process: for the command line, which has no database. See `base.Pacing`."""

    def __init__(self, pace: Pace, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.step = pace.step
        self._clock = clock
        self._free: dict[str, float] = {}  # place -> when its next turn is free, by the clock

    def turn(self, place: str, *, patience: float, apart: float = 0.0) -> float:
        """See `base.Pacing.turn`."""
        now = self._clock()
        at = max(self._free.get(place, now), now)
        if at - now <= patience:
            self._free[place] = at + max(self.step, apart)
        return at - now

    def rest(self, place: str, seconds: float) -> None:
        """See `base.Pacing.rest`."""
        self._free[place] = max(self._free.get(place, 0.0), self._clock() + seconds)
