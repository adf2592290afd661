"""What finds the handler for what a person did: one line each.

A name is `kind:name`: the kind as `integrations.slack.heard` has it, and for an action its action_id (without what
follows #), for a modal, a closing or a shortcut its callback_id, for a command the command. What has no line is
acknowledged and not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from integrations.slack.answer import Answer
from integrations.slack.heard import Heard
from service.desk.visit import Visit

Handler: TypeAlias = Callable[[Visit], None]
"""Does what was asked. May raise NotAllowed, Conflict, Invalid, NotFound (the person is told), and every error of
`integrations.base`. Runs again from its beginning after a crash, so that what it changes goes through `Visit.once`."""

AtOnce: TypeAlias = Callable[[Heard], Answer | None]
"""Pure and quick: what is told in the acknowledgement. With `errors`, the handler is not called."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A handler, and what is told at once. `quiet`: the person asked for nothing,
    and is told of no trouble."""

    handle: Handler
    at_once: AtOnce | None = None
    quiet: bool = False


HANDLERS: Mapping[str, Entry] = {}


def entry_of(heard: Heard, handlers: Mapping[str, Entry] = HANDLERS) -> Entry | None:
    """The entry for what was heard; None where there is none."""
    return handlers.get(f"{heard.kind}:{heard.name}" if heard.name else heard.kind)
