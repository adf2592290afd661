"""What X means by its refusals: a text that it does not take is told in the same way as an account that it does not."""

from __future__ import annotations

import re

from integrations.base import IntegrationError, MessageRejected, TargetRefused
from integrations.net import Heard
from integrations.resets import asks_to_wait

GONE = ("/resource-not-found", "/not-authorized-for-resource")
WHAT_TO_DO = (
    "Check X_API_KEY, X_API_SECRET, X_ACCESS_TOKEN and X_ACCESS_TOKEN_SECRET, and that the app may read and write."
)
_THE_TEXT = re.compile(r"\breply to\b|\breplying to\b|too long|\bmention", re.IGNORECASE)
_WAIT = asks_to_wait("X", "x-rate-limit-reset")
_WAIT_FOR_THE_DAY = asks_to_wait("X", "x-user-limit-24hour-reset", "x-app-limit-24hour-reset")


class Duplicate(MessageRejected):
    """The account published the same words before."""


def verdict(heard: Heard) -> IntegrationError | None:
    """A `Verdict` for `Door`."""
    if heard.status == 429:
        spent = "0" in (heard.headers.get(f"x-{who}-limit-24hour-remaining", "") for who in ("user", "app"))
        return _WAIT_FOR_THE_DAY(heard) if spent else _WAIT(heard)
    said = " ".join((heard.words("detail") or heard.words("title")).split())[:200]
    if heard.status == 402:
        return TargetRefused(f"X wants to be paid: {said}", what_to_do="Check the credits at developer.x.com.")
    if heard.status == 403 and "duplicate content" in said.lower():
        return Duplicate(f"X did not take it: {said}")
    if heard.status == 403 and _THE_TEXT.search(said):
        return MessageRejected(f"X did not take it: {said}")
    return None
