"""What a method is, and what several of them need."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from service.testing.slack.faults import Payload, Refused
from service.testing.slack.workspace import Workspace

Arguments: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method of the Web API. `tier` is one of `pace.TIERS`, or `pace.POSTING`."""

    run: Callable[[Workspace, Arguments], Payload]
    scope: str
    tier: int
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()


def names(words: str) -> frozenset[str]:
    """The arguments' names, with blanks between."""
    return frozenset(words.split())


def need(workspace: Workspace, scope: str) -> None:
    """Refuse what the app has no scope for; an empty one is had by all."""
    if scope and scope not in workspace.scopes.split(","):
        raise Refused("missing_scope", needed=scope, provided=workspace.scopes)


def is_on(value: object) -> bool:
    """A flag, as JSON or a form says it."""
    return value is True or str(value) in {"1", "true", "True"}


def page(items: list[Payload], arguments: Arguments, name: str, *, most: int) -> Payload:
    """The items after the cursor under their name, and the next cursor."""
    try:
        limit = int(str(arguments.get("limit", 100)))
    except ValueError:
        raise Refused("invalid_limit") from None
    if not 1 <= limit <= most:
        raise Refused("invalid_limit")
    try:
        start = int(base64.b64decode(str(arguments.get("cursor", "")).encode() or b"MA=="))
    except ValueError:
        raise Refused("invalid_cursor") from None
    end = start + limit
    cursor = base64.b64encode(str(end).encode()).decode() if end < len(items) else ""
    return {name: items[start:end], "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}
