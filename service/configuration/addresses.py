"""Where messages may go, as configuration files write it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

_CHANNEL = re.compile(
    r"#[^\s#A-Z]{1,80}|[CGD][A-Z0-9]{8,}"
)  # a name, or the id that Slack shows in a channel's details
_QUOTES = 'Give a channel in quotes, as in "#rnd": without them, # begins a comment.'


def _given(value: object) -> object:
    if value is None:
        raise ValueError(_QUOTES)
    return value


def slack_address(address: str) -> str:
    """A Slack channel, checked. Raises ValueError with the fix in words."""
    if not address.startswith("#") and _CHANNEL.fullmatch(f"#{address}"):
        raise ValueError(f'Write "#{address}", in quotes.')
    if not _CHANNEL.fullmatch(address):
        raise ValueError('Give a channel as Slack writes it: "#" and small letters, digits, - or _; or its id, C0….')
    return address


SlackAddress = Annotated[str, BeforeValidator(_given), AfterValidator(slack_address)]

TARGETS: Mapping[str, Callable[[str], str]] = {"slack": slack_address}
"""Kinds of targets that rules may name, each with the check of its addresses."""
