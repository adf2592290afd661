"""What Reddit means by its refusals: it says with status 200 what is wrong with a comment."""

from __future__ import annotations

import re

from integrations.base import IntegrationError, MessageRejected, TargetBusy, TargetRefused
from integrations.net import Heard

_SOON = re.compile(r"(\d+) (second|minute|hour)")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_ACCOUNT = {"USER_REQUIRED", "USER_BLOCKED", "NOT_WHITELISTED_BY_USER", "VERIFIED_USER_REQUIRED"}


def verdict(heard: Heard) -> IntegrationError | None:
    """A `Verdict` for `Door`."""
    if heard.status == 429:
        wait = heard.headers.get("retry-after") or heard.headers.get("x-ratelimit-reset", "")  # both in seconds
        return TargetBusy("Reddit asks to wait.", retry_after=float(wait[:9]) if wait.isdecimal() else None)
    code, said = heard.words("json", "errors", 0, 0), heard.words("json", "errors", 0, 1)[:200]
    if code == "RATELIMIT":
        return TargetBusy(f"Reddit asks to wait: {said}", retry_after=_wait(heard, said))
    if code in _ACCOUNT:
        fix = "Sign in at reddit.com with the account that answers, and see what it lacks."
        return TargetRefused(f"Reddit refused ({code}): {said}", what_to_do=fix)
    return MessageRejected(f"Reddit did not take it ({code}): {said}") if code else None


def _wait(heard: Heard, said: str) -> float | None:
    """Seconds, told as a number or in words ("try again in 9 minutes")."""
    told, spoken = heard.get("json", "ratelimit"), _SOON.search(said)
    if isinstance(told, int | float):
        return float(told)
    return float(int(spoken[1]) * _SECONDS[spoken[2]]) if spoken else None
