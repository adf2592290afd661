"""One call of Slack's Web API: what it answers, or one of our errors."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPException
from typing import TypeAlias

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from integrations.base import JSON
from integrations.slack import faults

Arguments: TypeAlias = Mapping[str, JSON]

SILENT = logging.getLogger(f"{__name__}.slack_sdk")
"""For slack-sdk to log to: nothing, because what it logs holds the texts of cards and the tickets of connections."""
SILENT.disabled = True


def make_client(token: str, base_url: str | None, timeout: float) -> WebClient:
    """A client that never tries again by itself: whether to is the outbox's decision, and a second try can double."""
    client = WebClient(
        token=token,
        timeout=timeout,  # type: ignore[arg-type]  # seconds; urllib takes parts of one
        retry_handlers=[],
        logger=SILENT,
    )
    if base_url:
        client.base_url = base_url.rstrip("/") + "/"
    client.proxy = None  # urllib then honours NO_PROXY too, which slack-sdk's own reading of the environment does not
    return client


def call(
    method: Callable[..., SlackResponse], arguments: Arguments | None = None, *, writing: bool = False
) -> SlackResponse:
    """Slack's answer to a request that went well.

    Raises:
        TargetBusy, TargetRefused, MessageRejected: it was not done.
        OutcomeUncertain: only when `writing`: it may have been done.
    """
    try:
        return method(**(arguments or {}))
    except SlackApiError as error:
        raise faults.from_answer(error, writing=writing) from None
    except (OSError, HTTPException, UnicodeError) as error:
        raise faults.from_network(error, writing=writing) from None


def pages(method: Callable[..., SlackResponse], arguments: Arguments, item: str) -> Iterator[Mapping[str, JSON]]:
    """Every `item` of a list that Slack gives page by page, 200 at a time. Raises as `call` does."""
    cursor = ""
    while True:
        answer = call(method, {**arguments, "limit": 200, **({"cursor": cursor} if cursor else {})})
        yield from answer.get(item) or []
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return
