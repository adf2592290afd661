"""Slack's payloads, however odd, as `Heard`. Pure.

Shapes: https://docs.slack.dev/reference/interaction-payloads, https://docs.slack.dev/apis/events-api#event-type-structure
and https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling. Socket Mode and HTTP carry
the same payloads.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping

from integrations.base import JSON
from integrations.parts import obj, objects, words
from integrations.slack.heard import Heard, HeardView, Kind

_Object = Mapping[str, JSON]
_MOST_LINKS = 10


def read(payload: JSON) -> Heard:
    """What the payload tells; `other` where it is nothing that we know."""
    found = obj(payload)
    kind = words(found, "type")
    if kind == "event_callback":
        return _event(found)
    if kind in _READERS:
        return _READERS[kind](found)
    if found.get("command"):
        return _command(found)
    return Heard(kind="other", key=_key("other", found), workspace=_team(found))


def _action(payload: _Object) -> Heard:
    pressed = next(iter(objects(payload, "actions")), {})
    container, message = obj(payload, "container"), obj(payload, "message")
    values, blocks = _entered(payload)
    return Heard(
        kind="action",
        key=_key("action", payload),
        name=_plain(words(pressed, "action_id")),
        workspace=_team(payload),
        user=_user(payload),
        trigger_id=words(payload, "trigger_id"),
        channel=words(payload, "channel", "id") or words(container, "channel_id"),
        message_ts=words(container.get("message_ts") or message.get("ts")),
        thread_ts=words(container.get("thread_ts") or message.get("thread_ts")),
        value=_chosen(pressed),
        values=values,
        blocks=blocks,
        view=_view(payload),
    )


def _modal(kind: Kind) -> Callable[[_Object], Heard]:
    def read_modal(payload: _Object) -> Heard:
        view = _view(payload)
        values, blocks = _entered(payload)
        return Heard(
            kind=kind,
            key=_key(kind, payload),
            name=view.callback_id if view is not None else "",
            workspace=_team(payload),
            user=_user(payload),
            trigger_id=words(payload, "trigger_id"),
            values=values,
            blocks=blocks,
            view=view,
        )

    return read_modal


def _shortcut(payload: _Object) -> Heard:
    message = obj(payload, "message")
    on_message = payload.get("type") == "message_action"
    return Heard(
        kind="message_shortcut" if on_message else "shortcut",
        key=_key("shortcut", payload),
        name=words(payload, "callback_id"),
        workspace=_team(payload),
        user=_user(payload),
        trigger_id=words(payload, "trigger_id"),
        channel=words(payload, "channel", "id"),
        message_ts=words(payload.get("message_ts") or message.get("ts")),
        thread_ts=words(message, "thread_ts"),
        text=words(message, "text"),
        author=words(message.get("user") or message.get("bot_id")),
    )


def _command(payload: _Object) -> Heard:
    return Heard(
        kind="command",
        key=_key("command", payload),
        name=words(payload, "command"),
        workspace=_team(payload),
        user=words(payload, "user_id"),
        trigger_id=words(payload, "trigger_id"),
        channel=words(payload, "channel_id"),
        text=words(payload, "text"),
    )


def _event(payload: _Object) -> Heard:
    event = obj(payload, "event")
    kind = _kind_of_event(event)
    links = (words(link, "url") for link in objects(event, "links")[:_MOST_LINKS])
    return Heard(
        kind=kind,
        key=_key(kind, payload),
        workspace=_team(payload),
        user=words(event, "user"),
        channel=words(event, "channel"),
        message_ts=words(event.get("message_ts") or event.get("ts")),
        thread_ts=words(event, "thread_ts"),
        text=words(event, "text") if kind == "message" else "",
        view=_view(event),
        links=tuple(link for link in links if link),
        unfurl_id=words(event, "unfurl_id"),
        source=words(event, "source"),
    )


def _kind_of_event(event: _Object) -> Kind:
    """The home's other tab, messages of programs, and changes of messages are nothing that a person says to us."""
    match event.get("type"):
        case "app_home_opened" if event.get("tab") == "home":
            return "home"
        case "link_shared":
            return "link"
        case "message" if not event.get("subtype") and not event.get("bot_id"):
            return "message"
    return "other"


_READERS: Mapping[str, Callable[[_Object], Heard]] = {
    "block_actions": _action,
    "view_submission": _modal("submit"),
    "view_closed": _modal("close"),
    "shortcut": _shortcut,
    "message_action": _shortcut,
}


def _key(kind: str, payload: _Object) -> str:
    """The same for the same thing: by the name that Slack gives it, else by all that it tells."""
    named = words(payload.get("event_id") or payload.get("trigger_id"))
    told = named or json.dumps(payload, sort_keys=True, default=str)
    whole = f"{_team(payload)}/{told}".encode("utf-8", "replace")
    return f"{kind}:{hashlib.sha256(whole).hexdigest()[:32]}"


def _team(payload: _Object) -> str:
    """The workspace in which our app is installed; a person may be of another one, where channels are shared."""
    view = obj(payload, "view")
    authorization = next(iter(objects(payload, "authorizations")), {})
    candidates = (
        view.get("app_installed_team_id"),
        authorization.get("team_id"),
        words(payload, "team", "id"),
        payload.get("team_id"),
        words(payload, "user", "team_id"),
    )
    return next((text for text in map(words, candidates) if text), "")


def _user(payload: _Object) -> str:
    return words(payload, "user", "id")


def _plain(action_id: str) -> str:
    """Without what only makes it unique within its view."""
    return action_id.partition("#")[0]


def _view(payload: _Object) -> HeardView | None:
    view = obj(payload, "view")
    if not view.get("id"):
        return None
    return HeardView(
        id=words(view, "id"),
        type=words(view, "type"),
        callback_id=words(view, "callback_id"),
        hash=words(view, "hash"),
        external_id=words(view, "external_id"),
        metadata=_metadata(words(view, "private_metadata")),
    )


def _metadata(kept: str) -> _Object:
    try:
        return obj(json.loads(kept)) if kept else {}
    except (ValueError, RecursionError):
        return {}


def _entered(payload: _Object) -> tuple[dict[str, str | list[str]], dict[str, str]]:
    """What is entered in the view or the message, by action_id; and in which block."""
    state = obj(payload, "state") or obj(payload, "view", "state")
    values: dict[str, str | list[str]] = {}
    blocks: dict[str, str] = {}
    for block_id, elements in obj(state, "values").items():
        for action_id, element in obj(elements).items():
            blocks[_plain(action_id)] = block_id
            if (value := _value(obj(element))) is not None:
                values[_plain(action_id)] = value
    return values, blocks


_ONE = (
    "selected_user",
    "selected_channel",
    "selected_conversation",
    "selected_date",
    "selected_time",
    "selected_date_time",
)
_SEVERAL = ("selected_users", "selected_channels", "selected_conversations")


def _value(element: _Object) -> str | list[str] | None:
    """What an element holds; None where nothing is chosen."""
    if "selected_options" in element:
        return [value for option in objects(element, "selected_options") if (value := words(option, "value"))]
    for name in _SEVERAL:
        if isinstance(several := element.get(name), list):
            return [text for text in map(words, several) if text]
    if "selected_option" in element:
        return words(element, "selected_option", "value") or None
    for name in _ONE:
        if name in element:
            return words(element, name) or None
    return words(element, "value") if "value" in element else None


def _chosen(action: _Object) -> str:
    value = _value(action)
    return ",".join(value) if isinstance(value, list) else value or ""
