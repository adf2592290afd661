"""Blocks and views that Slack takes and that it refuses: for our rules, and for the second opinion on them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def plain(text: str = "x") -> Json:
    """Plain text, spelled out as Slack gives it back."""
    return {"type": "plain_text", "text": text, "emoji": True}


def option(value: str, **more: object) -> Json:
    """A choice."""
    return {"text": plain(value), "value": value, **more}


def asked(element: Json, **more: object) -> Json:
    """An input with this element."""
    return {"type": "input", "label": plain("Label"), "element": element, **more}


def actions(*elements: Json) -> Json:
    """A row of these elements."""
    return {"type": "actions", "elements": list(elements)}


def rich(*elements: Json) -> Json:
    """Rich text of these parts."""
    return {"type": "rich_text", "elements": list(elements)}


def modal(*blocks: Json, **more: object) -> Json:
    """A modal of these blocks."""
    return {"type": "modal", "title": plain("Title"), "submit": plain("Send"), "blocks": list(blocks), **more}


def home(*blocks: Json, **more: object) -> Json:
    """A home of these blocks."""
    return {"type": "home", "blocks": list(blocks), **more}


CONFIRM = {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain(), "style": "danger"}
BUTTON = {"type": "button", "action_id": "a", "text": plain(), "value": "v", "style": "primary", "confirm": CONFIRM}
OPTIONS = [option("low"), option("high", description=plain())]
TYPED = {"type": "plain_text_input", "action_id": "t"}
SPANS = [
    {"type": "text", "text": "x", "style": {"bold": True, "italic": True, "strike": True, "code": True}},
    {"type": "link", "url": "https://x.example", "text": "x"},
    {"type": "date", "timestamp": 1_700_000_000, "format": "{date}", "fallback": "then"},
    {"type": "emoji", "name": "wave"},
    {"type": "user", "user_id": "U0ADA00000"},
    {"type": "channel", "channel_id": "C0COMMUNITY"},
    {"type": "usergroup", "usergroup_id": "S0SUPPORT00"},
    {"type": "broadcast", "range": "here"},
    {"type": "color", "value": "#ff0000"},
    {"type": "team", "team_id": "T0LANTERN1"},
]
LINE = {"type": "rich_text_section", "elements": SPANS}

ELEMENTS: dict[str, Json] = {
    "static_select": {
        "type": "static_select",
        "options": OPTIONS,
        "initial_option": OPTIONS[0],
        "placeholder": plain(),
    },
    "grouped": {
        "type": "static_select",
        "option_groups": [{"label": plain(), "options": OPTIONS}],
        "initial_option": OPTIONS[1],
    },
    "multi_static_select": {"type": "multi_static_select", "options": OPTIONS, "max_selected_items": 2},
    "external_select": {"type": "external_select", "min_query_length": 2, "initial_option": option("one")},
    "multi_external_select": {"type": "multi_external_select", "initial_options": [option("one")]},
    "users_select": {"type": "users_select", "initial_user": "U0ADA00000"},
    "multi_users_select": {"type": "multi_users_select", "initial_users": ["U0ADA00000"]},
    "channels_select": {"type": "channels_select", "initial_channel": "C0COMMUNITY"},
    "conversations_select": {
        "type": "conversations_select",
        "default_to_current_conversation": True,
        "filter": {"include": ["public"], "exclude_bot_users": True},
    },
    "radio_buttons": {"type": "radio_buttons", "options": OPTIONS, "initial_option": OPTIONS[1]},
    "checkboxes": {
        "type": "checkboxes",
        "options": [{"text": {"type": "mrkdwn", "text": "*x*"}, "value": "v"}],
        "initial_options": [{"text": {"type": "mrkdwn", "text": "*x*"}, "value": "v"}],
    },
    "datepicker": {"type": "datepicker", "initial_date": "2026-11-25", "placeholder": plain()},
    "timepicker": {"type": "timepicker", "initial_time": "17:30", "timezone": "Europe/Berlin"},
    "datetimepicker": {"type": "datetimepicker", "initial_date_time": 1_700_000_000},
}
"""What may stand in a row of actions and in an input alike."""

INPUTS: dict[str, Json] = {
    **ELEMENTS,
    "plain_text_input": {
        **TYPED,
        "multiline": True,
        "min_length": 1,
        "max_length": 3000,
        "initial_value": "x",
        "placeholder": plain(),
        "focus_on_load": True,
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    },
    "email_text_input": {"type": "email_text_input", "initial_value": "a@b.example"},
    "url_text_input": {"type": "url_text_input", "initial_value": "https://x.example"},
    "number_input": {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "9"},
    "rich_text_input": {"type": "rich_text_input", "initial_value": rich(LINE)},
}

EVERYWHERE: dict[str, Json] = {
    "section": {"type": "section", "text": {"type": "mrkdwn", "text": "x", "verbatim": True}, "expand": True},
    "fields": {"type": "section", "fields": [plain(), {"type": "mrkdwn", "text": "x"}], "accessory": BUTTON},
    "picture beside": {
        "type": "section",
        "text": plain(),
        "accessory": {"type": "image", "alt_text": "x", "image_url": "https://x.example/a.png"},
    },
    "header": {"type": "header", "text": {"type": "plain_text", "text": "x", "emoji": True}},
    "divider": {"type": "divider", "block_id": "d"},
    "context": {
        "type": "context",
        "elements": [plain(), {"type": "image", "alt_text": "x", "image_url": "https://x.example/a.png"}],
    },
    "image": {"type": "image", "alt_text": "x", "image_url": "https://x.example/a.png", "title": plain()},
    "kept picture": {"type": "image", "alt_text": "x", "slack_file": {"id": "F0PICTURE00"}},
    "row": actions(BUTTON, {"type": "overflow", "action_id": "o", "options": [option("x", url="https://x.example")]}),
    "rich": rich(
        LINE,
        {"type": "rich_text_quote", "elements": SPANS, "border": 1},
        {"type": "rich_text_preformatted", "elements": SPANS[:2]},
        {"type": "rich_text_list", "style": "ordered", "elements": [LINE], "indent": 1},
    ),
    **{f"action {name}": actions(element) for name, element in ELEMENTS.items()},
    **{f"input {name}": asked(element, optional=True, hint=plain()) for name, element in INPUTS.items()},
}

IN_MESSAGES: dict[str, Json] = {
    **EVERYWHERE,
    "markdown": {"type": "markdown", "text": "**x**"},
    "feedback": {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "f",
                "positive_button": {"text": plain(), "value": "yes"},
                "negative_button": {"text": plain(), "value": "no", "accessibility_label": "x"},
            },
            {"type": "icon_button", "action_id": "i", "icon": "trash", "text": plain(), "value": "v"},
        ],
    },
}

VIEWS: dict[str, Json] = {
    "modal": modal(*EVERYWHERE.values(), close=plain(), callback_id="c", private_metadata="m", external_id="e"),
    "home": home(*EVERYWHERE.values(), private_metadata="m", callback_id="c"),
    "modal to read": {"type": "modal", "title": plain(), "blocks": [], "notify_on_close": True, "clear_on_close": True},
}
# One element of one view may take the focus: the blocks above have one among them.

UNKNOWN_TO_TYPES: dict[str, Json] = {
    "unknown block": {"type": "shout"},
    "unknown field": {"type": "divider", "colour": "red"},
    "emoji in markup": {"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}},
    "unknown style": actions({**BUTTON, "style": "loud"}),
    "markup on a button": actions({**BUTTON, "text": {"type": "mrkdwn", "text": "x"}}),
    "button in context": {"type": "context", "elements": [BUTTON]},
    "button as input": asked(BUTTON),
    "no label": {"type": "input", "element": TYPED},
    "mention in code": rich({"type": "rich_text_preformatted", "elements": [SPANS[4]]}),
    "number as text": asked({**TYPED, "max_length": "3"}),
    "markup in a menu": actions(
        {"type": "static_select", "options": [{"text": {"type": "mrkdwn", "text": "x"}, "value": "v"}]}
    ),
}
"""Blocks that Slack's own types refuse; so must our rules."""

BAD_VIEWS: dict[str, tuple[Json, str]] = {
    "no title": ({"type": "modal", "blocks": []}, "/view"),
    "long title": (modal(title=plain("x" * 25)), "/view/title/text"),
    "long submit": (modal(submit=plain("x" * 25)), "/view/submit/text"),
    "marked title": (modal(title={"type": "mrkdwn", "text": "x"}), "/view/title/type"),
    "long metadata": (modal(private_metadata="x" * 3001), "/view/private_metadata"),
    "long callback": (modal(callback_id="x" * 256), "/view/callback_id"),
    "no submit": ({"type": "modal", "title": plain(), "blocks": [asked(TYPED)]}, "/view"),
    "unknown field": (modal(colour="red"), "/view"),
    "home with title": ({**home(), "title": plain()}, "/view"),
    "unknown view": ({"type": "tab", "blocks": []}, "/view/type"),
    "101 blocks": (modal(*[{"type": "divider"}] * 101), "/view/blocks"),
    "same block twice": (modal(*[{"type": "divider", "block_id": "d"}] * 2), "/view/blocks/1/block_id"),
    "messages only": (home({"type": "markdown", "text": "x"}), "/view/blocks/0/type"),
    "two in focus": (modal(*[asked({**TYPED, "focus_on_load": True})] * 2), "/view/blocks"),
    "empty label": (modal({**asked(TYPED), "label": plain("")}), "/view/blocks/0/label/text"),
    "upside down": (modal(asked({**TYPED, "min_length": 9, "max_length": 3})), "/view/blocks/0/element"),
    "long start": (modal(asked({**TYPED, "initial_value": "x" * 3001})), "/view/blocks/0/element/initial_value"),
    "odd date": (
        modal(actions({"type": "datepicker", "initial_date": "today"})),
        "/view/blocks/0/elements/0/initial_date",
    ),
    "starts elsewhere": (
        modal(actions({"type": "static_select", "options": OPTIONS, "initial_option": option("other")})),
        "/view/blocks/0/elements/0/initial_option",
    ),
    "starts with others": (
        modal(asked({"type": "checkboxes", "options": OPTIONS, "initial_options": [option("other")]})),
        "/view/blocks/0/element/initial_options/0",
    ),
    "options twice": (
        modal(
            actions(
                {"type": "static_select", "options": OPTIONS, "option_groups": [{"label": plain(), "options": OPTIONS}]}
            )
        ),
        "/view/blocks/0/elements/0",
    ),
    "eleven boxes": (
        modal(asked({"type": "checkboxes", "options": [option(str(n)) for n in range(11)]})),
        "/view/blocks/0/element/options",
    ),
    "no picture": (home({"type": "image", "alt_text": "x"}), "/view/blocks/0"),
    "no words for a picture": (home({"type": "image", "image_url": "https://x.example"}), "/view/blocks/0"),
    "linked option": (
        modal(actions({"type": "static_select", "options": [option("x", url="https://x.example")]})),
        "/view/blocks/0/elements/0/options/0",
    ),
}
