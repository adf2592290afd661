"""Where messages may go, as configuration files write it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

_WORKSPACE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CHANNEL = re.compile(
    r"#[^\s#A-Z]{1,80}|[CGD][A-Z0-9]{8,}"
)  # a name, or the id that Slack shows in a channel's details
_QUOTES = 'Give a channel in quotes, as in "#rnd": without them, # begins a comment.'


def _given(value: object) -> object:
    if value is None:
        raise ValueError(_QUOTES)
    return value


def slack_address(address: str) -> str:
    """A Slack channel, behind the name of its workspace where it is not the first one, checked.

    Raises ValueError with the fix in words.
    """
    workspace, slash, channel = address.rpartition("/")
    if slash and not _WORKSPACE.fullmatch(workspace):
        raise ValueError(
            'Write a channel of another workspace as "partner/#community": small letters, digits and - before the '
            "stroke. SLACK_BOT_TOKEN__PARTNER is its token."
        )
    if not channel.startswith("#") and _CHANNEL.fullmatch(f"#{channel}"):
        raise ValueError(f'Write "{workspace}{slash}#{channel}", in quotes.')
    if not _CHANNEL.fullmatch(channel):
        raise ValueError('Give a channel as Slack writes it: "#" and small letters, digits, - or _; or its id, C0….')
    return address


SlackAddress = Annotated[str, BeforeValidator(_given), AfterValidator(slack_address)]

TARGETS: Mapping[str, Callable[[str], str]] = {"slack": slack_address}
"""Kinds of targets that rules may name, each with the check of its addresses."""
