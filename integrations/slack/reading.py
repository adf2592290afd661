"""Slack's payloads, however odd, as `Heard`. Pure.

Shapes: https://docs.slack.dev/reference/interaction-payloads, https://docs.slack.dev/apis/events-api#event-type-structure
and https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling. Socket Mode and HTTP carry
the same payloads.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping

from integrations.base import JSON
from integrations.slack.heard import Heard, HeardView, Kind
from integrations.slack.parts import list_of, object_of, text_of

_Object = Mapping[str, JSON]
_MOST_LINKS = 10


def read(payload: JSON) -> Heard:
    """What the payload tells; `other` where it is nothing that we know."""
    found = object_of(payload)
    kind = text_of(found.get("type"))
    if kind == "event_callback":
        return _event(found)
    if kind in _READERS:
        return _READERS[kind](found)
    if found.get("command"):
        return _command(found)
    return Heard(kind="other", key=_key("other", found), workspace=_team(found))


def _action(payload: _Object) -> Heard:
    pressed = object_of(next(iter(list_of(payload.get("actions"))), None))
    container, message = object_of(payload.get("container")), object_of(payload.get("message"))
    channel = object_of(payload.get("channel")).get("id") or container.get("channel_id")
    values, blocks = _entered(payload)
    return Heard(
        kind="action",
        key=_key("action", payload),
        name=_plain(text_of(pressed.get("action_id"))),
        workspace=_team(payload),
        user=_user(payload),
        trigger_id=text_of(payload.get("trigger_id")),
        channel=text_of(channel),
        message_ts=text_of(container.get("message_ts") or message.get("ts")),
        thread_ts=text_of(container.get("thread_ts") or message.get("thread_ts")),
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
            trigger_id=text_of(payload.get("trigger_id")),
            values=values,
            blocks=blocks,
            view=view,
        )

    return read_modal


def _shortcut(payload: _Object) -> Heard:
    message = object_of(payload.get("message"))
    on_message = payload.get("type") == "message_action"
    return Heard(
        kind="message_shortcut" if on_message else "shortcut",
        key=_key("shortcut", payload),
        name=text_of(payload.get("callback_id")),
        workspace=_team(payload),
        user=_user(payload),
        trigger_id=text_of(payload.get("trigger_id")),
        channel=text_of(object_of(payload.get("channel")).get("id")),
        message_ts=text_of(payload.get("message_ts") or message.get("ts")),
        thread_ts=text_of(message.get("thread_ts")),
        text=text_of(message.get("text")),
        author=text_of(message.get("user") or message.get("bot_id")),
    )


def _command(payload: _Object) -> Heard:
    return Heard(
        kind="command",
        key=_key("command", payload),
        name=text_of(payload.get("command")),
        workspace=_team(payload),
        user=text_of(payload.get("user_id")),
        trigger_id=text_of(payload.get("trigger_id")),
        channel=text_of(payload.get("channel_id")),
        text=text_of(payload.get("text")),
    )


def _event(payload: _Object) -> Heard:
    event = object_of(payload.get("event"))
    kind = _kind_of_event(event)
    links = (text_of(object_of(link).get("url")) for link in list_of(event.get("links"))[:_MOST_LINKS])
    return Heard(
        kind=kind,
        key=_key(kind, payload),
        workspace=_team(payload),
        user=text_of(event.get("user")),
        channel=text_of(event.get("channel")),
        message_ts=text_of(event.get("message_ts") or event.get("ts")),
        thread_ts=text_of(event.get("thread_ts")),
        text=text_of(event.get("text")) if kind == "message" else "",
        view=_view(event),
        links=tuple(link for link in links if link),
        unfurl_id=text_of(event.get("unfurl_id")),
        source=text_of(event.get("source")),
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
    named = text_of(payload.get("event_id") or payload.get("trigger_id"))
    told = named or json.dumps(payload, sort_keys=True, default=str)
    whole = f"{_team(payload)}/{told}".encode("utf-8", "replace")
    return f"{kind}:{hashlib.sha256(whole).hexdigest()[:32]}"


def _team(payload: _Object) -> str:
    """The workspace in which our app is installed; a person may be of another one, where channels are shared."""
    view = object_of(payload.get("view"))
    authorization = object_of(next(iter(list_of(payload.get("authorizations"))), None))
    candidates = (
        view.get("app_installed_team_id"),
        authorization.get("team_id"),
        object_of(payload.get("team")).get("id"),
        payload.get("team_id"),
        object_of(payload.get("user")).get("team_id"),
    )
    return next((text for text in map(text_of, candidates) if text), "")


def _user(payload: _Object) -> str:
    return text_of(object_of(payload.get("user")).get("id"))


def _plain(action_id: str) -> str:
    """Without what only makes it unique within its view."""
    return action_id.partition("#")[0]


def _view(payload: _Object) -> HeardView | None:
    view = object_of(payload.get("view"))
    if not view.get("id"):
        return None
    return HeardView(
        id=text_of(view.get("id")),
        type=text_of(view.get("type")),
        callback_id=text_of(view.get("callback_id")),
        hash=text_of(view.get("hash")),
        external_id=text_of(view.get("external_id")),
        metadata=_metadata(text_of(view.get("private_metadata"))),
    )


def _metadata(kept: str) -> _Object:
    try:
        return object_of(json.loads(kept)) if kept else {}
    except (ValueError, RecursionError):
        return {}


def _entered(payload: _Object) -> tuple[dict[str, str | list[str]], dict[str, str]]:
    """What is entered in the view or the message, by action_id; and in which block."""
    state = object_of(payload.get("state")) or object_of(object_of(payload.get("view")).get("state"))
    values: dict[str, str | list[str]] = {}
    blocks: dict[str, str] = {}
    for block_id, elements in object_of(state.get("values")).items():
        for action_id, element in object_of(elements).items():
            blocks[_plain(action_id)] = block_id
            if (value := _value(object_of(element))) is not None:
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
        return list(_options(element["selected_options"]))
    for name in _SEVERAL:
        if name in element:
            return [text for text in map(text_of, list_of(element[name])) if text]
    if "selected_option" in element:
        return next(_options([element["selected_option"]]), None)
    for name in _ONE:
        if name in element:
            return text_of(element[name]) or None
    return text_of(element.get("value")) if "value" in element else None


def _options(options: JSON) -> Iterator[str]:
    for option in list_of(options):
        if value := text_of(object_of(option).get("value")):
            yield value


def _chosen(action: _Object) -> str:
    value = _value(action)
    return ",".join(value) if isinstance(value, list) else value or ""
