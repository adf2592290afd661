"""What an HTTP status means for us: nothing, waiting, or asking a person. One table for all collectors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from collectors.base import SourceBusy, SourceRefused

_RESETS = ("x-ratelimit-reset-after", "x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset")
_EPOCH = 1_000_000_000  # a larger number is a moment since 1970, a smaller one is seconds from now
_REFUSALS = {
    400: ("does not accept our request (400).", "Check the source's options."),
    401: ("does not accept our credentials (401).", "Check the source's keys: they may be wrong or withdrawn."),
    402: ("wants to be paid (402).", "Check the account that the key belongs to."),
    403: ("forbids us to read it (403).", "Check that the key may read it, and that we are not blocked."),
    404: ("has nothing at this address (404).", "Check the address, or the id in the source's options."),
    410: ("says that it is gone for good (410).", "Remove the source, or give its new address."),
    451: ("may not show it for legal reasons (451).", "Remove the source."),
}


def judge(status: int, headers: Mapping[str, str], where: str) -> None:
    """Return for a usable answer (2xx, 304); raise for any other. `where` names the address in messages.

    Raises:
        SourceBusy: 408, 425, 429 and 5xx; `retry_after` in seconds where the platform says, for 429 also where it
            says so in a header of its own (see `resets_in`).
        SourceRefused: other 4xx, and a redirect that leads nowhere.
    """
    if 200 <= status < 300 or status == 304:
        return
    wait = retry_after(headers)
    if status == 429:
        wait = resets_in(headers) if wait is None else wait
        raise SourceBusy(f"{where} asks us to slow down (429){_in_words(wait)}.", retry_after=wait)
    if status in {408, 425} or status >= 500:
        raise SourceBusy(f"{where} has trouble of its own ({status}){_in_words(wait)}.", retry_after=wait)
    if status in _REFUSALS:
        message, what_to_do = _REFUSALS[status]
        raise SourceRefused(f"{where} {message}", what_to_do=what_to_do, status=status)
    if 300 <= status < 400:
        raise SourceRefused(
            f"{where} redirects without saying where ({status}).", what_to_do="Check the address.", status=status
        )
    raise SourceRefused(
        f"{where} refuses our request ({status}).", what_to_do="Check the source's options.", status=status
    )


def retry_after(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Seconds to wait, of a Retry-After header in seconds or as an HTTP date (RFC 9110, 10.2.3); None without one."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None


def resets_in(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Seconds until a platform answers again, of the headers that came before Retry-After; None without one.

    Platforms differ in names and units: a moment as ISO 8601 (Mastodon) or in seconds since 1970 (Bluesky, X, GitHub),
    or seconds from now (Discord, Reddit).
    """
    value = next((headers[name].strip() for name in _RESETS if headers.get(name, "").strip()), "")
    now = now or datetime.now(UTC)
    try:
        seconds = float(value)
        seconds = seconds - now.timestamp() if seconds > _EPOCH else seconds
    except ValueError:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _in_words(wait: float | None) -> str:
    return "" if wait is None else f", and to come back in {math.ceil(wait)} seconds"
