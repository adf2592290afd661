"""What Slack takes in a message: Block Kit's shapes and limits, stricter than slack-sdk checks them.

From https://docs.slack.dev/reference/block-kit and the types of @slack/types. Only what a message may hold and our
cards use or will: an unknown block or field is refused, as Slack refuses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from service.testing.slack_shapes import Check, array, choice, flag, length, one_of, problem, shape, text, url, whole

TEXT_LIMIT = 40_000  # chat.postMessage cuts what is longer; 4,000 are advised
BLOCKS_TEXT_LIMIT = 12_000  # all blocks together, else msg_blocks_too_long (slackapi/bolt-js, issue 2509)
_TIME_LIMIT = 2**53


def validate_message(payload: Mapping[str, object]) -> list[str]:
    """Everything that Slack would refuse in a message's `text`, `blocks` and `metadata`; empty where it takes it.

    Each line is "[ERROR] what is wrong [json-pointer:/where]".
    """
    problems = list(_MESSAGE(dict(payload), ""))
    blocks = payload.get("blocks")
    if "text" not in payload and not blocks:
        problems.append(problem("no_text", ""))
    if isinstance(blocks, list):
        problems += _repeated(blocks, "block_id", "/blocks")
        for index, block in enumerate(blocks):
            if isinstance(block, dict) and isinstance(block.get("elements"), list):
                problems += _repeated(block["elements"], "action_id", f"/blocks/{index}/elements")
        if sum(_texts(blocks)) > BLOCKS_TEXT_LIMIT:
            problems.append(problem(f"msg_blocks_too_long: more than {BLOCKS_TEXT_LIMIT} characters", "/blocks"))
    return problems


def _repeated(things: list[object], name: str, at: str) -> Iterator[str]:
    seen: set[object] = set()
    for index, thing in enumerate(things):
        value = thing.get(name) if isinstance(thing, dict) else None
        if isinstance(value, str) and value in seen:
            yield problem(f"{name} already exists", f"{at}/{index}/{name}")
        seen.add(value if isinstance(value, str) else None)


def _texts(value: object) -> Iterator[int]:
    """The lengths of all texts in the blocks."""
    if isinstance(value, dict):
        for name, field in value.items():
            if name in {"text", "alt_text", "fallback"} and isinstance(field, str):
                yield length(field)
            else:
                yield from _texts(field)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _plain(most: int) -> Check:
    return one_of({"plain_text": shape({"text": text(most)}, {"emoji": flag})})


def _text_kinds(most: int) -> dict[str, Check]:
    mrkdwn = shape({"text": text(most)}, {"verbatim": flag})
    return {"plain_text": _plain(most), "mrkdwn": mrkdwn}


def _any_text(most: int) -> Check:
    return one_of(_text_kinds(most))


_ID = text(255)
_IMAGE = {"alt_text": text(2000)}
_IMAGE_URL = {"image_url": url(3000)}
_CONFIRM = shape(
    {"title": _plain(100), "text": _plain(300), "confirm": _plain(30), "deny": _plain(30)},
    {"style": choice("primary", "danger")},
)
_OPTION = shape({"text": _any_text(75), "value": text(150)}, {"description": _any_text(75), "url": url(3000)})
_GROUP = shape({"label": _plain(75), "options": array(_OPTION, 100)})
_ACTION = {"action_id": _ID, "confirm": _CONFIRM}
_BUTTON = shape(
    {"text": _plain(75)},
    {
        **_ACTION,
        "url": url(3000),
        "value": text(2000),
        "style": choice("primary", "danger"),
        "accessibility_label": text(75),
    },
)
_SELECT_MORE = {"placeholder": _plain(150), "initial_option": _OPTION, "focus_on_load": flag, **_ACTION}
_IMAGE_ELEMENT = shape({**_IMAGE, **_IMAGE_URL})


def _select(value: object, at: str) -> Iterator[str]:
    """A menu has its options in a list or in groups, never both."""
    choices = {"options": array(_OPTION, 100), "option_groups": array(_GROUP, 100)}
    yield from shape({}, {**choices, **_SELECT_MORE})(value, at)
    if isinstance(value, dict) and ("options" in value) == ("option_groups" in value):
        yield problem("must provide either options or option_groups", at)


_ELEMENTS: Mapping[str, Check] = {
    "button": _BUTTON,
    "static_select": _select,
    "overflow": shape({"options": array(_OPTION, 5)}, _ACTION),
    "radio_buttons": shape({"options": array(_OPTION, 10)}, {"initial_option": _OPTION, **_ACTION}),
    "checkboxes": shape({"options": array(_OPTION, 10)}, {"initial_options": array(_OPTION, 10), **_ACTION}),
}

_STYLE = shape({}, {"bold": flag, "italic": flag, "strike": flag, "underline": flag, "code": flag})
_STYLED = {"style": _STYLE}
_SPAN_TEXT = shape({"text": text(TEXT_LIMIT)}, _STYLED)
_SPAN_LINK = shape({"url": url(3000)}, {"text": text(TEXT_LIMIT), "unsafe": flag, **_STYLED})
_SPANS = one_of(
    {
        "text": _SPAN_TEXT,
        "link": _SPAN_LINK,
        "date": shape(
            {"timestamp": whole(0, _TIME_LIMIT), "format": text(2000)},
            {"url": url(3000), "fallback": text(2000), **_STYLED},
        ),
        "emoji": shape({"name": text(100)}, {"unicode": text(100), **_STYLED}),
        "user": shape({"user_id": _ID}, _STYLED),
        "channel": shape({"channel_id": _ID}, _STYLED),
        "usergroup": shape({"usergroup_id": _ID}, _STYLED),
        "broadcast": shape({"range": choice("here", "channel", "everyone")}, _STYLED),
    }
)
_MANY = 1000  # Slack names no limit for these lists; more is surely a mistake of ours
_BORDER = {"border": whole(0, 1)}
_SECTION = shape({"elements": array(_SPANS, _MANY, least=0)})
_RICH: Mapping[str, Check] = {
    "rich_text_section": _SECTION,
    "rich_text_quote": shape({"elements": array(_SPANS, _MANY)}, _BORDER),
    "rich_text_preformatted": shape(
        {"elements": array(one_of({"text": _SPAN_TEXT, "link": _SPAN_LINK}), _MANY)}, _BORDER
    ),
    "rich_text_list": shape(
        {"elements": array(one_of({"rich_text_section": _SECTION}), _MANY), "style": choice("bullet", "ordered")},
        {"indent": whole(0, 8), "offset": whole(0, 10_000), **_BORDER},
    ),
}


def _block(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    return shape(required, {"block_id": _ID, **(optional or {})})


def _section(value: object, at: str) -> Iterator[str]:
    """A section has a text, or fields, or both."""
    accessory = one_of({**_ELEMENTS, "image": _IMAGE_ELEMENT})
    fields = array(_any_text(2000), 10)
    yield from _block({}, {"text": _any_text(3000), "fields": fields, "accessory": accessory, "expand": flag})(
        value, at
    )
    if isinstance(value, dict) and "text" not in value and "fields" not in value:
        yield problem("must provide either text or fields", at)


_BLOCKS: Mapping[str, Check] = {
    "section": _section,
    "context": _block({"elements": array(one_of({"image": _IMAGE_ELEMENT, **_text_kinds(3000)}), 10)}),
    "actions": _block({"elements": array(one_of(_ELEMENTS), 25)}),
    "header": _block({"text": _plain(150)}),
    "divider": _block({}),
    "image": _block({**_IMAGE, **_IMAGE_URL}, {"title": _plain(2000)}),
    "markdown": _block({"text": text(12_000)}),
    "rich_text": _block({"elements": array(one_of(_RICH), _MANY)}),
}


def _metadata_payload(value: object, at: str) -> Iterator[str]:
    """Metadata holds what our own events say, by name."""
    if not isinstance(value, dict):
        yield problem("must provide an object", at)


_MESSAGE: Callable[[object, str], Iterator[str]] = shape(
    {},
    {
        "text": text(TEXT_LIMIT, least=0),
        "blocks": array(one_of(_BLOCKS), 50, least=0),
        "metadata": shape({"event_type": _ID, "event_payload": _metadata_payload}),
    },
)
