"""Waits that platforms tell in headers of their own, as the moment at which they answer again.

That moment is the platform's, and so is the time of its answer (`Date`): the wait is between the two, and no clock of
ours has a say in it.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from integrations.answers import moment
from integrations.base import IntegrationError, TargetBusy
from integrations.net import Heard, Verdict, seconds_to_wait


def asks_to_wait(name: str, *headers: str) -> Verdict:
    """The `Verdict` on 429 where a platform tells in one of these headers when it answers again. `name`: for people."""

    def verdict(heard: Heard) -> IntegrationError | None:
        if heard.status != 429:
            return None
        waits = [seconds_to_wait(heard.headers), *(_until(heard, header) for header in headers)]
        return TargetBusy(f"{name} asks to wait.", retry_after=next((wait for wait in waits if wait is not None), None))

    return verdict


def _until(heard: Heard, header: str) -> float | None:
    """Seconds from the answer to a moment given in ISO 8601 or in seconds since 1970."""
    reset = moment(heard.headers.get(header))
    try:
        return max(0.0, (reset - parsedate_to_datetime(heard.headers["date"])).total_seconds()) if reset else None
    except (ValueError, KeyError):
        return None
