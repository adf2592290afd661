"""Where a person does something: in a message that they see, or in a view that they have open."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

from service.testing.slack import payloads
from service.testing.slack.faults import Payload
from service.testing.slack.inputs import CannotDo, state_values
from service.testing.slack.messages import elements
from service.testing.slack.stack import with_state
from service.testing.slack.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Place:
    """A message's or a view's blocks, and how an interaction names the place. `name` is its ts or the view's id."""

    name: str
    blocks: Sequence[Payload]
    about: Payload

    def find(self, action_id: str, block_id: str) -> tuple[Payload, Payload]:
        """The block and the element with this action_id, and this block_id unless it is empty.

        Raises:
            CannotDo: there is none, or more than one.
        """
        found = [
            (block, element)
            for block in self.blocks
            for element in elements(block)
            if element["action_id"] == action_id and block_id in ("", block["block_id"])
        ]
        if len(found) != 1:
            there = sorted(element["action_id"] for block in self.blocks for element in elements(block))
            raise CannotDo(
                f"{len(found)} elements are called {action_id!r} here; there are {', '.join(there) or 'none'}"
            )
        return found[0]


def find_place(workspace: Workspace, user: str, where: str) -> Place:
    """The place with this ts or view id. Makes a `response_url` for messages.

    Raises:
        CannotDo: this person has nothing of the kind in front of them.
    """
    for view in workspace.views():
        if view.id == where and view.user == user:
            shown = with_state(workspace, view)
            container = {"type": "view", "view_id": view.id}
            return Place(where, view.payload["blocks"], {"container": container, "view": shown})
    for note in workspace.notes:
        if note.user == user and note.message["ts"] == where:
            return _message(workspace, user, note.channel, note.message, ephemeral=True)
    found = workspace.message(where)
    if found is None or not found[0].holds(user):
        raise CannotDo(f"{user} sees no message and no view {where!r}")
    return _message(workspace, user, found[0].id, found[1], ephemeral=False)


def _message(workspace: Workspace, user: str, channel_id: str, message: Payload, *, ephemeral: bool) -> Place:
    channel = workspace.channel(channel_id)
    blocks: list[Payload] = message.get("blocks", [])
    thread = {"thread_ts": message["thread_ts"]} if "thread_ts" in message else {}
    container = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
        **thread,
    }
    about: Payload = {
        "container": container,
        "channel": payloads.channel_name(channel),
        "state": {"values": state_values(blocks, workspace.entered.get((user, message["ts"]), {}))},
        "response_url": payloads.response_url(workspace, user, channel.id, message["ts"]),
    }
    if not ephemeral:  # an app is not told again what only one person saw
        about["message"] = copy.deepcopy(message)
    return Place(message["ts"], blocks, about)
