"""What finds the handler for what a person did: one line each.

A name is `kind:name`: the kind as `integrations.slack.heard` has it, and for an action its action_id (without what
follows #), for a modal, a closing or a shortcut its callback_id, for a command the command. What has no line is
acknowledged and not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from integrations.slack import names
from integrations.slack.answer import Answer
from integrations.slack.heard import Heard
from service.desk import commands, deciding, fixing, homes, labelling, links, noting, texts, working, writing
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


def _nothing(visit: Visit) -> None:
    """A button that opens an address: the click itself asks for nothing."""


_AWAY = Entry(_nothing, quiet=True)
HANDLERS: Mapping[str, Entry] = {
    f"action:{names.OPEN_PAGE}": _AWAY,
    f"action:{names.OPEN_ORIGINAL}": _AWAY,
    f"action:{names.CLAIM}": Entry(working.claim),
    f"action:{names.RELEASE}": Entry(working.release),
    f"action:{names.SOLVE}": Entry(working.solve),
    f"action:{names.REOPEN}": Entry(working.reopen),
    f"action:{names.DISMISS}": Entry(working.open_dismissal),
    f"action:{names.MORE}": Entry(working.more),
    f"submit:{names.ASSIGN}": Entry(working.assign),
    f"submit:{names.SNOOZE}": Entry(working.snooze, working.check_snooze),
    f"submit:{names.DISMISS}": Entry(working.dismiss, working.check_dismissal),
    f"submit:{names.ESCALATE}": Entry(working.escalate),
    f"action:{names.REPLY}": Entry(writing.open_form),
    f"action:{names.EDIT}": Entry(writing.open_change),
    f"action:{names.SUGGEST}": Entry(writing.fill),
    f"action:{names.PREVIEW}": Entry(writing.preview),
    f"submit:{names.PUBLISH}": Entry(writing.submit, writing.check),
    f"action:{names.APPROVE}": Entry(deciding.open_approval),
    f"submit:{names.APPROVE}": Entry(deciding.approve, deciding.wait),
    f"action:{names.SEND_BACK}": Entry(deciding.open_sending_back),
    f"submit:{names.SEND_BACK}": Entry(deciding.send_back),
    f"action:{names.SENT_BY_HAND}": Entry(deciding.open_by_hand),
    f"submit:{names.SENT_BY_HAND}": Entry(deciding.posted_by_hand, deciding.check_address),
    f"action:{names.UNDO}": Entry(deciding.undo),
    f"action:{names.RETRY}": Entry(deciding.retry),
    f"action:{names.DROP}": Entry(deciding.drop),
    f"action:{names.TAKE_DOWN}": Entry(deciding.take_down),
    f"action:{names.FIXED}": Entry(fixing.open_form),
    f"submit:{names.FIXED}": Entry(fixing.fix, fixing.wait),
    f"action:{names.NOT_FIXED}": Entry(fixing.unfix),
    f"submit:{names.LABEL}": Entry(labelling.submit),
    f"action:{names.LABEL_AT_ONCE}": Entry(labelling.at_once),
    f"action:{names.TEXT}": Entry(texts.open_text),
    f"action:{names.TEXT_PAGE}": Entry(texts.turn),
    "home": Entry(homes.show),
    f"action:{names.HOME_REFRESH}": Entry(homes.show),
    "command:/earful": Entry(commands.answer),
    "link": Entry(links.unfold, quiet=True),
    f"message_shortcut:{names.FEEDBACK}": Entry(noting.open_form),
    f"submit:{names.FEEDBACK}": Entry(noting.take_in, noting.check),
}


def entry_of(heard: Heard, handlers: Mapping[str, Entry] = HANDLERS) -> Entry | None:
    """The entry for what was heard; None where there is none."""
    return handlers.get(f"{heard.kind}:{heard.name}" if heard.name else heard.kind)
