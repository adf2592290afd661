"""Asking Google's APIs: what their errors mean. One form of error for all of them, unlike their addresses and keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

from collectors import fields
from collectors.base import JSON, SourceBusy, SourceRefused

_TODAY = {"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"}
_NOW = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"}
_WRONG_KEY = {"keyInvalid", "API_KEY_INVALID"}
_HOUR = 3600.0
_Answer = TypeVar("_Answer")


def patiently(ask: Callable[[], _Answer], whose: str) -> _Answer:
    """What `ask` brings. A spent quota, which Google sends as a refusal (403), becomes SourceBusy.

    Raises as `Net.json`; `whose` names the API in messages.
    """
    try:
        return ask()
    except SourceRefused as refused:
        reasons = set(reasons_of(refused.said))
        if reasons & _TODAY:
            raise SourceBusy(
                f"{whose}: the day's quota is spent. It is filled again at midnight in California.", retry_after=_HOUR
            ) from refused
        if reasons & _NOW:
            raise SourceBusy(f"{whose} asks us to slow down ({refused.status}).", retry_after=60) from refused
        if refused.status == 400 and reasons & _WRONG_KEY:
            raise SourceRefused(
                f"{whose} does not accept our key (400).", what_to_do="Check the source's keys.", status=400
            ) from refused
        raise


def reasons_of(said: str) -> list[str]:
    """The error codes in what an API of Google said; none where it said something else."""
    try:
        error = json.loads(said)["error"]
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
