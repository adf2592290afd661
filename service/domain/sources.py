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


_SPREAD = 0.25  # the longest addition to a wait, as a share of it
_GOLDEN = 0.6180339887498949


def wait_after_failure(
    failures: int, *, every: timedelta, retry_after: float | None = None, number: int = 0
) -> timedelta:
    """How long to leave a source alone after `failures` failures in a row (1 or more).

    Twice as long each time, from the source's own rhythm up to six hours; never shorter than the platform asked. Up to
    a quarter is added by the source's `number`, so that sources which failed together do not come back together.
    """
    backed_off: timedelta = min(every * 2 ** min(failures, 16), max(LONGEST_WAIT, every))
    spread = 1 + _SPREAD * (number * _GOLDEN % 1)  # even over the sources, without chance
    return max(backed_off * spread, timedelta(seconds=retry_after or 0))


def in_a_row(failures: int) -> str:
    """How often listening failed in a row, in words; empty where that is no news."""
    return f"It failed {failures} times in a row, so Earful asks less and less often." if failures > 2 else ""


class Heard(StrEnum):
    """What a time of listening without failure came to. Silence and a fault must not look the same."""

    NEWS = "news"
    NOTHING_NEW = "nothing_new"  # the platform showed what we know
    NOT_MODIFIED = "not_modified"  # it said so itself
    SUSPECT = "suspect"  # it says that there is nothing at all, although there were posts before


def heard(*, brought: int, not_modified: bool, total: int | None, had_posts: bool) -> Heard:
    """Judge a time of listening by how many posts came, what the platform said, and whether there were posts before.

    A list that is empty where posts were due is told by the collector itself, as `SourceBusy`: only it knows its list.
    """
    if brought:
        return Heard.NEWS
    if not_modified:
        return Heard.NOT_MODIFIED
    if had_posts and total == 0:
        return Heard.SUSPECT
    return Heard.NOTHING_NEW


SUSPICION = (
    "The platform says that there is nothing at all, although there were posts before. Taken as a fault of its own, "
    "and not as silence."
)
