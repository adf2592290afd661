"""What the errors of Google's APIs mean. One form of error for all of them, unlike their addresses and keys."""

from __future__ import annotations

import json

from collectors import fields
from collectors.base import JSON, SourceBusy, SourceRefused
from collectors.net import Answer, Verdict
from collectors.verdicts import retry_after

_TODAY = {"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"}
_NOW = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"}
_WRONG_KEY = {"keyInvalid", "API_KEY_INVALID"}
_HOUR, _MINUTE = 3600.0, 60.0


def verdict(whose: str) -> Verdict:
    """How `Net.home` is to read the errors of an API, which `whose` names in messages.

    A spent quota, which Google sends as a refusal (403), is SourceBusy; a wrong key (400) is told as such.
    """

    def judge(answer: Answer) -> None:
        reasons = set(reasons_of(answer))
        if reasons & _TODAY:
            raise SourceBusy(
                f"{whose}: the day's quota is spent. It is filled again at midnight in California.", retry_after=_HOUR
            )
        if reasons & _NOW:
            wait = retry_after(answer.headers) or _MINUTE
            raise SourceBusy(f"{whose} asks us to slow down ({answer.status}).", retry_after=wait)
        if reasons & _WRONG_KEY:
            raise SourceRefused(
                f"{whose} does not accept our key ({answer.status}).",
                what_to_do="Check the source's keys.",
                status=answer.status,
            )

    return judge


def reasons_of(answer: Answer) -> list[str]:
    """The error codes in an answer; none where it is no error of an API of Google."""
    try:
        error = json.loads(answer.body)["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    if not isinstance(error, dict):
        return []
    errors = fields.objects(error.get("errors")) + fields.objects(error.get("details"))
    found = [fields.text_or_none(one, "reason") for one in errors]
    return [reason for reason in [*found, fields.text_or_none(error, "status")] if reason]


def listed(answer: JSON, name: str, whose: str) -> tuple[dict[str, JSON], list[JSON]]:
    """An API's answer and the list in it; APIs of Google leave an empty list out.

    Raises SourceBusy where it is no answer of theirs.
    """
    items = answer.get(name, []) if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(items, list | None):
        raise SourceBusy(f"{whose} answered in a form that we do not know; its API may have changed.")
    return answer, items or []
