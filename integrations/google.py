"""What the errors of Google's APIs mean: one form for all of them, where a spent quota is a refusal (403)."""

from __future__ import annotations

from integrations.base import IntegrationError, MessageRejected, TargetBusy, TargetRefused
from integrations.net import Heard, seconds_to_wait

_TODAY = {"quotaExceeded", "dailyLimitExceeded"}
_NOW = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"}
_THIS_POST = {"commentsDisabled", "FAILED_PRECONDITION"}
_NO_ACCOUNT = {"ineligibleAccount", "youtubeSignupRequired", "channelClosed", "channelSuspended"}
_HOUR, _MINUTE = 3600.0, 60.0


def verdict(heard: Heard) -> IntegrationError | None:
    """A `Verdict` for `Door`: the codes that say more than the status does."""
    if heard.status < 400:
        return None
    reasons, said = set(reasons_of(heard)), heard.words("error", "message")[:200]
    if reasons & _TODAY:
        return TargetBusy("Google's quota for the day is spent, until midnight in California.", retry_after=_HOUR)
    if reasons & _NOW:
        wait = seconds_to_wait(heard.headers)
        return TargetBusy("Google asks us to slow down.", retry_after=_MINUTE if wait is None else wait)
    if reasons & _THIS_POST:
        return MessageRejected(f"Google takes no answer there ({', '.join(sorted(reasons))}): {said}")
    if reasons & _NO_ACCOUNT:
        return TargetRefused(f"Google lets our account answer nothing: {said}", what_to_do="Sign in with a channel.")
    return None


def reasons_of(heard: Heard) -> list[str]:
    """The codes in an error; none where it is no error of an API of Google."""
    listed = [*heard.objects("error", "errors"), *heard.objects("error", "details")]
    found = [one.get("reason") for one in listed] + [heard.words("error", "status")]
    return [reason for reason in found if isinstance(reason, str) and reason]
