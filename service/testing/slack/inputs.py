"""What a person can enter in an element of Block Kit, and how Slack tells the app about it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from service.testing.slack.faults import Payload
from service.testing.slack.messages import elements

Options = Sequence[Payload]


class CannotDo(Exception):
    """A person could not do this in Slack: there is no such thing to click, or it does not take this."""


def state_values(blocks: Sequence[Payload], entered: Mapping[str, Payload]) -> Payload:
    """`state.values`: for each element that holds something, what was entered, else what it began with."""
    values: Payload = {}
    for block in blocks:
        for element in elements(block):
            if element["type"] in _FIELDS:
                kept = entered.get(block["block_id"], {}).get(element["action_id"])
                same = kept is not None and kept["type"] == element["type"]
                held = kept if same else {"type": element["type"], **_beginning(element)}
                values.setdefault(block["block_id"], {})[element["action_id"]] = held
    return values


def enter(element: Payload, value: object, offered: Options = ()) -> Payload:
    """What the app is told after somebody entered `value`.

    An option is named by its value; several, or persons and channels of a menu for many, by a list. None empties the
    element. `offered` are the options that the app suggested for an external menu.

    Raises:
        CannotDo: the element does not take it.
    """
    kind = element["type"]
    if kind not in _FIELDS:
        raise CannotDo(f"nothing can be entered in a {kind}")
    field, _, take = _FIELDS[kind]
    many = is_many(kind)
    if value is None or value in ("", []):
        return {"type": kind, field: [] if many else None}
    return {"type": kind, field: take(element, value, offered)}


def chosen(element: Payload, value: object) -> Payload:
    """The option of an overflow menu that somebody picked; raises `CannotDo`."""
    return _option(element, value, ())


def is_many(kind: str) -> bool:
    """Whether several can be picked in this kind of element."""
    return kind.startswith("multi_") or kind == "checkboxes"


def is_empty(state: Payload) -> bool:
    """Whether an input still waits to be filled in."""
    field = _FIELDS[state["type"]][0]
    return state.get(field) in (None, "", [])


def fills(state: Payload) -> list[str]:
    """What stands in an element, as texts to fill a form's field with: options by value, rich text not at all."""
    if not state:
        return []
    held = state.get(_FIELDS[state["type"]][0])
    several = held if isinstance(held, list) else [held]
    texts = [one.get("value", "") if isinstance(one, dict) else one for one in several]
    return [str(text) for text in texts if text not in (None, "")]


def options_of(element: Payload) -> list[Payload]:
    """All options, those in groups too."""
    grouped = [option for group in element.get("option_groups") or [] for option in group["options"]]
    return [*(element.get("options") or []), *grouped]


def _beginning(element: Payload) -> Payload:
    field, initial, _ = _FIELDS[element["type"]]
    return {field: element.get(initial, [] if is_many(element["type"]) else None)}


def _text(element: Payload, value: object, _offered: Options) -> object:
    if not isinstance(value, str):
        raise CannotDo("a text is typed")
    if len(value) > element.get("max_length", 3000) or len(value) < element.get("min_length", 0):
        raise CannotDo("the text is too long or too short")
    if "\n" in value and not element.get("multiline"):
        raise CannotDo("one line only")
    return value


def _number(element: Payload, value: object, _offered: Options) -> object:
    try:
        number = float(str(value))
    except ValueError:
        raise CannotDo("a number is typed") from None
    least, most = float(element.get("min_value", "-inf")), float(element.get("max_value", "inf"))
    if not least <= number <= most or (not element["is_decimal_allowed"] and number != int(number)):
        raise CannotDo("the number does not fit")
    return str(value)


def _option(element: Payload, value: object, offered: Options) -> Payload:
    for option in [*options_of(element), *offered]:
        if option.get("value") == value:
            return dict(option)
    raise CannotDo(f"there is no option {value!r}")


def _options(element: Payload, value: object, offered: Options) -> object:
    return [_option(element, one, offered) for one in _several(element, value)]


def _several(element: Payload, value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        raise CannotDo("several are picked, as a list")
    if len(value) > element.get("max_selected_items", len(value)):
        raise CannotDo("too many are picked")
    return list(value)


def _name(_element: Payload, value: object, _offered: Options) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"[UWCDG][A-Z0-9]{5,}", value):
        raise CannotDo("somebody or some channel is picked, by id")
    return value


def _names(element: Payload, value: object, offered: Options) -> object:
    return [_name(element, one, offered) for one in _several(element, value)]


def _day(_element: Payload, value: object, _offered: Options) -> object:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise CannotDo("a day is picked, as 2026-11-25") from None


def _time(_element: Payload, value: object, _offered: Options) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise CannotDo("a time is picked, as 17:30")
    return value


def _moment(_element: Payload, value: object, _offered: Options) -> object:
    if not isinstance(value, int):
        raise CannotDo("a moment is picked, in seconds since 1970")
    return value


def _rich(_element: Payload, value: object, _offered: Options) -> object:
    if not isinstance(value, str):
        raise CannotDo("a text is typed")
    line = {"type": "rich_text_section", "elements": [{"type": "text", "text": value}]}
    return {"type": "rich_text", "elements": [line]}


# Kind of element: the field of the state, the field of the element that it begins with, and what makes one.
_FIELDS: Mapping[str, tuple[str, str, Callable[[Payload, object, Options], object]]] = {
    "plain_text_input": ("value", "initial_value", _text),
    "email_text_input": ("value", "initial_value", _text),
    "url_text_input": ("value", "initial_value", _text),
    "number_input": ("value", "initial_value", _number),
    "rich_text_input": ("rich_text_value", "initial_value", _rich),
    "static_select": ("selected_option", "initial_option", _option),
    "external_select": ("selected_option", "initial_option", _option),
    "radio_buttons": ("selected_option", "initial_option", _option),
    "checkboxes": ("selected_options", "initial_options", _options),
    "multi_static_select": ("selected_options", "initial_options", _options),
    "multi_external_select": ("selected_options", "initial_options", _options),
    "users_select": ("selected_user", "initial_user", _name),
    "multi_users_select": ("selected_users", "initial_users", _names),
    "channels_select": ("selected_channel", "initial_channel", _name),
    "multi_channels_select": ("selected_channels", "initial_channels", _names),
    "conversations_select": ("selected_conversation", "initial_conversation", _name),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", _names),
    "datepicker": ("selected_date", "initial_date", _day),
    "timepicker": ("selected_time", "initial_time", _time),
    "datetimepicker": ("selected_date_time", "initial_date_time", _moment),
}
