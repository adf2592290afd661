"""How far the fetching of a history has come."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class BackfillState(StrEnum):
    """What becomes of it next."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"  # a person must act, then ask for it again: it goes on where it stopped


def progress(
    *, posts: int, total: int | None, oldest_at: datetime | None, since: datetime | None, asked_at: datetime
) -> float | None:
    """The share that is fetched, 0 to 1: of the time where it has a beginning, else of what the platform counts.

    None where neither is known.
    """
    if since is not None and oldest_at is not None and asked_at > since:
        return min(max((asked_at - oldest_at) / (asked_at - since), 0.0), 1.0)
    if since is None and total:
        return min(posts / total, 1.0)
    return None
