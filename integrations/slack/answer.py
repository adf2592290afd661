"""What Slack is told in the acknowledgement itself, while a person waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from integrations.base import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """At most one of them is given. Nothing at all: a sent modal closes, everything else stays as it is.

    `errors`: by block_id, what is wrong with a sent modal; it stays open and nothing is kept of it.
    `view` with `place`: what a sent modal becomes (update), or what goes on top of it (push).
    `clear`: every modal closes.
    `text`: what only the person who typed a command sees.
    """

    errors: Mapping[str, str] = field(default_factory=dict)
    view: Payload | None = None
    place: Literal["update", "push"] = "update"
    clear: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What a request over HTTP is answered with."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
