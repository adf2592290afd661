"""What a person did in Slack, as every door hands it on. Plain values, without token, response_url or anything secret.

Made from Slack's payloads by `reading`; kept as JSON until a job has worked on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal, TypeAlias

from integrations.base import JSON, Payload

Kind: TypeAlias = Literal[
    "action",  # a button, a menu or another element of a message, a modal or a home
    "submit",  # a modal was sent
    "close",  # a modal was closed, where it asks to be told
    "command",  # a slash command
    "shortcut",  # a global shortcut
    "message_shortcut",  # a shortcut on a message
    "home",  # our home was opened
    "link",  # an address of ours was written in a message
    "message",  # somebody said something where we are
    "other",  # whatever else Slack sends: acknowledged, never kept
]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardView:
    """The modal or home in which something was done."""

    id: str
    type: str  # modal, home
    callback_id: str = ""
    hash: str = ""  # for `update_view`: changes with every update
    external_id: str = ""
    metadata: Mapping[str, JSON] = field(default_factory=dict)  # private_metadata, where it is a JSON object


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One thing that a person did. Texts that Slack left out are empty.

    `values` holds what is entered or chosen in the view or message, by action_id: a text, or the values of several
    choices; what is not chosen is absent, what is left empty is "". What follows # in an action_id only makes it unique
    within its view ("text#3") and is left out here; `blocks` says in which block each stands, whose id errors go by.
    """

    kind: Kind
    key: str  # the same when Slack sends the same thing again
    name: str = ""  # what finds the handler: an action_id without #…, a callback_id, a command; else empty
    workspace: str = ""  # the team's id
    user: str = ""
    trigger_id: str = ""  # opens one view, within three seconds
    channel: str = ""
    message_ts: str = ""  # the message that it was done to, or that holds the link
    thread_ts: str = ""  # of the thread that the message is in, or begins
    value: str = ""  # of the button, the option, the person, the date … that was chosen
    values: Mapping[str, str | list[str]] = field(default_factory=dict)
    blocks: Mapping[str, str] = field(default_factory=dict)  # action_id -> block_id
    view: HeardView | None = None
    text: str = ""  # what stands behind a command, or in a message
    author: str = ""  # who wrote the message of a message shortcut
    links: tuple[str, ...] = ()
    unfurl_id: str = ""  # with `source`, how links are unfurled before their message is sent
    source: str = ""  # composer, conversations_history


def to_json(heard: Heard) -> Payload:
    """To be kept; `from_json` reads it."""
    made: Payload = {name: value for name, value in asdict(heard).items() if value}
    return made


def from_json(kept: Mapping[str, JSON]) -> Heard:
    """What `to_json` made. Raises TypeError where it made something else."""
    fields = dict(kept)
    view = fields.pop("view", None)
    links = fields.pop("links", None)
    return Heard(
        **fields,  # type: ignore[arg-type]  # a wrong name or kind is the TypeError that the docstring names
        view=HeardView(**view) if isinstance(view, Mapping) else None,  # type: ignore[arg-type]
        links=tuple(str(link) for link in links) if isinstance(links, list | tuple) else (),
    )
