"""What Slack told us, as names that may be logged. Pure.

Shapes: https://docs.slack.dev/apis/events-api/using-socket-mode#receive and
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from integrations.base import JSON

_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,80}")
_MOST_ACTIONS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One thing that came: its kind, such as `interactive/block_actions`, and the names of the buttons pressed.

    Holds names that Slack or our own cards chose, and nothing that a person wrote.
    """

    kind: str
    actions: tuple[str, ...]


def read(envelope: Mapping[str, JSON]) -> Heard:
    """What the envelope holds, however odd it is; what does not look like a name is called `unnamed`."""
    payload = _object(envelope.get("payload"))
    outer = _name(envelope.get("type"))
    inner = _object(payload.get("event")).get("type") if outer == "events_api" else payload.get("type")
    pressed = payload.get("actions")
    actions = pressed[:_MOST_ACTIONS] if isinstance(pressed, list) else []
    return Heard(
        kind=f"{outer}/{_name(inner)}" if inner else outer,
        actions=tuple(_name(_object(action).get("action_id")) for action in actions),
    )


def _object(value: JSON) -> Mapping[str, JSON]:
    return value if isinstance(value, Mapping) else {}


def _name(value: JSON) -> str:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else "unnamed"
