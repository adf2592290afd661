"""How a source is doing, and when to listen to it again."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class SourceState(StrEnum):
    """What the last time of listening came to."""

    NEW = "new"  # never listened to
    LISTENING = "listening"  # all is well
    BUSY = "busy"  # the platform asked us to wait, or did not answer
    REFUSED = "refused"  # a person must act
    OFF = "off"  # switched off, or not set up


LONGEST_WAIT = timedelta(hours=6)


def wait_after_failure(failures: int, *, every: timedelta, retry_after: float | None = None) -> timedelta:
    """How long to leave a source alone after `failures` failures in a row (1 or more).

    Twice as long each time, from the source's own rhythm up to six hours; never shorter than the platform asked.
    """
    backed_off: timedelta = min(every * 2 ** min(failures, 16), max(LONGEST_WAIT, every))
    return max(backed_off, timedelta(seconds=retry_after or 0))
