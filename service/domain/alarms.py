"""When a source needs somebody: what is told once, and when it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Trouble(StrEnum):
    """What a source needs somebody for."""

    REFUSED = "refused"  # it answers no more before a person acts
    SILENT = "silent"  # it brings nothing, for longer than is usual for it


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One trouble from its beginning to its end; as text, its delivery's event.

    It is named by the last good moment before it, which stays the same for as long as it lasts, however often anybody
    looks, and is another one when the trouble comes again: when the source last answered, or its newest post.
    """

    trouble: Trouble
    since: datetime | None  # None: nothing was ever good

    def __str__(self) -> str:
        return f"{self.trouble}:{self.since:%Y-%m-%dT%H:%M:%S}" if self.since else f"{self.trouble}:"


def occurrences(answered_at: datetime | None, quiet_since: datetime | None) -> tuple[Occurrence, ...]:
    """The occurrences that could be on now; what is told of any other is over.

    `answered_at`: when the source last answered in order. `quiet_since`: its newest post, while it is silent for
    unusually long.
    """
    refused = Occurrence(Trouble.REFUSED, answered_at)
    return (refused, Occurrence(Trouble.SILENT, quiet_since)) if quiet_since else (refused,)


def is_over(event: str, answered_at: datetime | None, quiet_since: datetime | None) -> bool:
    """Whether the occurrence that a delivery's event names has ended; the times as for `occurrences`."""
    return event not in {str(each) for each in occurrences(answered_at, quiet_since)}


def trouble_of(event: str) -> Trouble:
    """The trouble that a delivery's event names."""
    return Trouble(event.partition(":")[0])
