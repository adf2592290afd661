"""What people press, pick and fill in, and in which blocks it may stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.testing.slack.rules import texts
from service.testing.slack.rules.rich import RICH_TEXT
from service.testing.slack.rules.shapes import (
    Check,
    array,
    choice,
    flag,
    matching,
    one_of,
    problem,
    shape,
    text,
    url,
    whole,
)
from service.testing.slack.rules.texts import BOX, CONFIRM, ID, LINKED_OPTION, OPTION, choices, plain

_ASKED = {"action_id": ID, "confirm": CONFIRM}
_FOCUS = {"focus_on_load": flag}
_MENU = {"placeholder": plain(150), **_FOCUS, **_ASKED}
_MENU_OF_MANY = {"max_selected_items": whole(1, 100), **_MENU}
_DISPATCH = shape({}, {"trigger_actions_on": array(choice("on_enter_pressed", "on_character_entered"), 2)})
_TYPED = {"action_id": ID, "placeholder": plain(150), "dispatch_action_config": _DISPATCH, **_FOCUS}
_FILTER = shape(
    {},
    {
        "include": array(choice("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)
_CONVERSATIONS = {"filter": _FILTER, "default_to_current_conversation": flag}
_IDS = array(ID, 100)
_LOUD = {"style": choice("primary", "danger"), "accessibility_label": text(75)}
_FEEDBACK = shape({"text": plain(75), "value": text(2000)}, {"accessibility_label": text(75)})
_NUMBER = matching(r"-?\d+(\.\d+)?", "a number")

_BUTTON = shape({"text": plain(75)}, {**_ASKED, **_LOUD, "url": url(3000), "value": text(2000)})


def _static(value: object, at: str) -> Iterator[str]:
    yield from shape({}, {**_CHOICES, **_MENU, "initial_option": OPTION})(value, at)
    yield from choices(value, at)
    yield from _begins_with_an_option(value, at)


def _statics(value: object, at: str) -> Iterator[str]:
    yield from shape({}, {**_CHOICES, **_MENU_OF_MANY, "initial_options": array(OPTION, 100)})(value, at)
    yield from choices(value, at)
    yield from _begins_with_an_option(value, at)


def _radio(value: object, at: str) -> Iterator[str]:
    yield from shape({"options": array(BOX, 10)}, {**_ASKED, **_FOCUS, "initial_option": BOX})(value, at)
    yield from _begins_with_an_option(value, at)


def _boxes(value: object, at: str) -> Iterator[str]:
    yield from shape({"options": array(BOX, 10)}, {**_ASKED, **_FOCUS, "initial_options": array(BOX, 10)})(value, at)
    yield from _begins_with_an_option(value, at)


def _typed_text(value: object, at: str) -> Iterator[str]:
    own = {
        "initial_value": text(3000, least=0),
        "multiline": flag,
        "min_length": whole(0, 3000),
        "max_length": whole(1, 3000),
    }
    wrong = list(shape({}, {**_TYPED, **own})(value, at))
    yield from wrong
    if not wrong and isinstance(value, dict) and value.get("min_length", 0) > value.get("max_length", 3000):
        yield problem("min_length must not be more than max_length", at)


def _anything(_value: object, _at: str) -> Iterator[str]:
    """Looked at elsewhere."""
    yield from ()


_CHOICES = {"options": _anything, "option_groups": _anything}  # `choices` looks at both together


def _begins_with_an_option(value: object, at: str) -> Iterator[str]:
    """What is chosen at first is one of the options, to the letter."""
    if not isinstance(value, dict):
        return
    groups = [group for group in _list(value.get("option_groups")) if isinstance(group, dict)]
    options = [*_list(value.get("options")), *(option for group in groups for option in _list(group.get("options")))]
    first = [("initial_option", value["initial_option"])] if "initial_option" in value else []
    first += [(f"initial_options/{n}", option) for n, option in enumerate(_list(value.get("initial_options")))]
    for name, option in first:
        if option not in options:
            yield problem("must be one of the provided options", f"{at}/{name}")


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


_MENUS: Mapping[str, Check] = {
    "static_select": _static,
    "external_select": shape({}, {**_MENU, "initial_option": OPTION, "min_query_length": whole(0, 100)}),
    "users_select": shape({}, {**_MENU, "initial_user": ID}),
    "channels_select": shape({}, {**_MENU, "initial_channel": ID, "response_url_enabled": flag}),
    "conversations_select": shape(
        {}, {**_MENU, **_CONVERSATIONS, "initial_conversation": ID, "response_url_enabled": flag}
    ),
}
_MENUS_OF_MANY: Mapping[str, Check] = {
    "multi_static_select": _statics,
    "multi_external_select": shape(
        {}, {**_MENU_OF_MANY, "initial_options": array(OPTION, 100), "min_query_length": whole(0, 100)}
    ),
    "multi_users_select": shape({}, {**_MENU_OF_MANY, "initial_users": _IDS}),
    "multi_channels_select": shape({}, {**_MENU_OF_MANY, "initial_channels": _IDS}),
    "multi_conversations_select": shape({}, {**_MENU_OF_MANY, **_CONVERSATIONS, "initial_conversations": _IDS}),
}
_DAYS: Mapping[str, Check] = {
    "datepicker": shape({}, {**_MENU, "initial_date": matching(r"\d{4}-\d\d-\d\d", "a date")}),
    "timepicker": shape({}, {**_MENU, "initial_time": matching(r"\d\d:\d\d", "a time"), "timezone": ID}),
}
_MOMENT: Mapping[str, Check] = {
    "datetimepicker": shape({}, {**_ASKED, **_FOCUS, "initial_date_time": whole(1_000_000_000, 9_999_999_999)})
}
_BOXES: Mapping[str, Check] = {"radio_buttons": _radio, "checkboxes": _boxes}
_PRESSED: Mapping[str, Check] = {"button": _BUTTON, "overflow": shape({"options": array(LINKED_OPTION, 5)}, _ASKED)}
_RICH_INPUT: Mapping[str, Check] = {"rich_text_input": shape({}, {**_TYPED, "initial_value": RICH_TEXT})}

IN_ACTIONS = one_of({**_PRESSED, **_MENUS, **_MENUS_OF_MANY, **_DAYS, **_MOMENT, **_BOXES, **_RICH_INPUT})
IN_SECTION = one_of({**_PRESSED, **_MENUS, **_MENUS_OF_MANY, **_DAYS, **_BOXES, "image": texts.picture})
IN_INPUT = one_of(
    {
        "plain_text_input": _typed_text,
        "email_text_input": shape({}, {**_TYPED, "initial_value": text(3000)}),
        "url_text_input": shape({}, {**_TYPED, "initial_value": text(3000)}),
        "number_input": shape(
            {"is_decimal_allowed": flag},
            {**_TYPED, "initial_value": _NUMBER, "min_value": _NUMBER, "max_value": _NUMBER},
        ),
        **_MENUS,
        **_MENUS_OF_MANY,
        **_DAYS,
        **_MOMENT,
        **_BOXES,
        **_RICH_INPUT,
    }
)
IN_CONTEXT_ACTIONS = one_of(
    {
        "feedback_buttons": shape({"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, {"action_id": ID}),
        "icon_button": shape(
            {"icon": choice("trash"), "text": plain(75)},
            {**_ASKED, "value": text(2000), "accessibility_label": text(75), "visible_to_user_ids": _IDS},
        ),
    }
)
IN_CONTEXT = one_of({**texts.text_kinds(3000), "image": texts.picture})
