"""The made-up Slack as a page: what a person sees, with forms for what they can do. No script."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from service.testing.slack.faults import Payload
from service.testing.slack.inputs import fills, is_many, options_of, state_values
from service.testing.slack.messages import elements
from service.testing.slack.workspace import View, Workspace
from service.web import slack_preview

_PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)
_STYLE = Path(slack_preview.__file__).parent / "static" / "slack.css"
_TYPES = {"datepicker": "date", "timepicker": "time", "number_input": "number", "datetimepicker": "number"}
_PRESSED = {"button", "icon_button", "feedback_buttons"}


def show(workspace: Workspace, user: str, notice: str) -> str:
    """What this person sees; an unknown one is taken for the first. `notice` says how the last thing went."""
    with workspace.lock:
        user = user if any(person.id == user for person in workspace.users) else workspace.users[0].id
        home = workspace.homes.get(user)
        return _PAGES.get_template("page.html").render(
            style=Markup(_STYLE.read_text(encoding="utf-8")),  # noqa: S704 (our own file)
            workspace=workspace,
            user=user,
            notice=notice,
            channels=[_channel(workspace, user, channel.id) for channel in workspace.channels if channel.holds(user)],
            home=_view(workspace, home) if home else None,
            modals=[_view(workspace, view) for view in workspace.modals.get(user, [])],
            pressed=_PRESSED,
        )


def _channel(workspace: Workspace, user: str, channel_id: str) -> Payload:
    """A channel with its messages, those for this person alone in their places."""
    channel = workspace.channel(channel_id)
    notes = [(note.message, True) for note in workspace.notes if (note.user, note.channel) == (user, channel_id)]
    messages = sorted([*((message, False) for message in channel.messages), *notes], key=lambda pair: pair[0]["ts"])
    shown = [_message(workspace, user, message, alone=alone) for message, alone in messages]
    return {"id": channel.id, "name": channel.name, "archived": channel.archived, "messages": shown}


def _message(workspace: Workspace, user: str, message: Payload, *, alone: bool) -> Payload:
    ours = message.get("bot_id") == workspace.bot_id
    blocks = message.get("blocks", [])
    sent_at = datetime.fromtimestamp(float(message["ts"]), UTC)
    apart = [block for block in blocks if block["type"] not in ("input", "context_actions")]
    shown = slack_preview.render({**message, "blocks": apart}, sent_at=sent_at, now=workspace.clock())
    entered = workspace.entered.get((user, message["ts"]), {})
    return {
        "ts": message["ts"],
        "author": "" if ours else next((p.real_name for p in workspace.users if p.id == message["user"]), "Somebody"),
        "text": message["text"],
        "html": shown,
        "alone": alone,
        "answer": message.get("thread_ts", message["ts"]) != message["ts"],
        "unfurls": [slack_preview.render_blocks(part["blocks"]) for part in message.get("attachments", [])],
        "fields": list(_fields(workspace, user, message["ts"], blocks, entered)) if ours else [],
    }


def _view(workspace: Workspace, view: View) -> Payload:
    """A view as parts: blocks to read and fields to fill in, one under another."""
    entered = workspace.entered.get((view.user, view.id), {})
    parts: list[Payload] = []
    for block in view.payload["blocks"]:
        fields = list(_fields(workspace, view.user, view.id, [block], entered))
        html = slack_preview.render_blocks([block]) if block["type"] != "input" else ""
        parts.append({"html": html, "fields": fields, "error": view.errors.get(block["block_id"], "")})
    return {
        "id": view.id,
        "parts": parts,
        **{name: _words(view.payload[name]) for name in ("title", "submit", "close")},
    }


def _fields(
    workspace: Workspace, user: str, where: str, blocks: Sequence[Payload], entered: Mapping[str, Payload]
) -> Iterable[Payload]:
    """All that can be pressed or filled in."""
    values = state_values(blocks, entered)
    for block in blocks:
        for element in elements(block):
            state = values.get(block["block_id"], {}).get(element["action_id"], {})
            offered = workspace.offered.get((user, where, element["action_id"]), [])
            yield {
                "name": json.dumps([block["block_id"], element["action_id"]]),
                "kind": element["type"],
                "label": _words(block.get("label") or element.get("text") or element.get("placeholder")),
                "hint": _words(block.get("hint")),
                "input": block["type"] == "input",
                "told": block["type"] != "input" or bool(block.get("dispatch_action")),
                "options": _options(workspace, element, offered),
                "many": is_many(element["type"]),
                "long": bool(element.get("multiline")) or element["type"] == "rich_text_input",
                "html_type": _TYPES.get(element["type"], "text"),
                "external": element["type"].endswith("external_select"),
                "values": fills(state),
                "url": element.get("url", ""),
            }


def _options(workspace: Workspace, element: Payload, offered: Sequence[Payload]) -> list[tuple[str, str]]:
    if "users_select" in element["type"]:
        return [(person.id, person.real_name) for person in workspace.users]
    if element["type"].endswith(("channels_select", "conversations_select")):
        return [(channel.id, f"#{channel.name}") for channel in workspace.channels]
    return [(option["value"], _words(option["text"])) for option in [*options_of(element), *offered]]


def _words(text: Payload | None) -> str:
    return str(text["text"]) if text else ""
