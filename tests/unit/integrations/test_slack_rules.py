"""The validator refuses what Slack refuses, and says where."""

from __future__ import annotations

import pytest

from service.testing.slack.rules import validate_message

TEXT = {"type": "plain_text", "text": "x"}
BUTTON = {"type": "button", "text": TEXT, "action_id": "a"}
OPTION = {"text": TEXT, "value": "v"}


def rich(*elements: object) -> dict[str, object]:
    """A rich text block of these elements."""
    return {"type": "rich_text", "elements": list(elements)}


GOOD = {
    "section": {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000, "verbatim": True}},
    "fields": {"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 500}] * 10},
    "accessory": {"type": "section", "text": TEXT, "accessory": BUTTON},
    "context": {
        "type": "context",
        "elements": [TEXT, {"type": "image", "alt_text": "a", "image_url": "https://x.example/a"}],
    },
    "actions": {
        "type": "actions",
        "block_id": "b",
        "elements": [BUTTON, {"type": "overflow", "options": [OPTION] * 5}],
    },
    "menu": {
        "type": "actions",
        "elements": [{"type": "static_select", "options": [OPTION] * 100, "placeholder": TEXT}],
    },
    "header": {"type": "header", "text": {"type": "plain_text", "text": "x" * 150}},
    "divider": {"type": "divider"},
    "image": {"type": "image", "alt_text": "a", "image_url": "https://x.example/a.png", "title": TEXT},
    "rich": rich(
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "x", "style": {"bold": True}}]},
        {"type": "rich_text_quote", "elements": [{"type": "link", "url": "https://x.example"}], "border": 1},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x"}]},
        {"type": "rich_text_list", "style": "bullet", "elements": [{"type": "rich_text_section", "elements": []}]},
    ),
}
BAD = {
    "section too long": ({"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}, "/text/text"),
    "an emoji is two": ({"type": "header", "text": {"type": "plain_text", "text": "😀" * 76}}, "/text/text"),
    "empty text": ({"type": "section", "text": {"type": "mrkdwn", "text": ""}}, "/text/text"),
    "lone surrogate": ({"type": "section", "text": {"type": "mrkdwn", "text": "\ud800"}}, "/text/text"),
    "no text": ({"type": "section"}, ""),
    "field too long": ({"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]}, "/fields/0/text"),
    "eleven fields": ({"type": "section", "fields": [TEXT] * 11}, "/fields"),
    "eleven in context": ({"type": "context", "elements": [TEXT] * 11}, "/elements"),
    "nothing in context": ({"type": "context", "elements": []}, "/elements"),
    "button in context": ({"type": "context", "elements": [BUTTON]}, "/elements/0/type"),
    "26 actions": ({"type": "actions", "elements": [{"type": "button", "text": TEXT}] * 26}, "/elements"),
    "same action twice": ({"type": "actions", "elements": [BUTTON, BUTTON]}, "/elements/1/action_id"),
    "button text": (
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "x" * 76}}]},
        "/elements/0/text/text",
    ),
    "button markup": (
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "mrkdwn", "text": "x"}}]},
        "/elements/0/text/type",
    ),
    "button value": ({"type": "actions", "elements": [{**BUTTON, "value": "x" * 2001}]}, "/elements/0/value"),
    "button address": ({"type": "actions", "elements": [{**BUTTON, "url": "javascript:1"}]}, "/elements/0/url"),
    "button style": ({"type": "actions", "elements": [{**BUTTON, "style": "loud"}]}, "/elements/0/style"),
    "action id": ({"type": "actions", "elements": [{**BUTTON, "action_id": "x" * 256}]}, "/elements/0/action_id"),
    "six in overflow": (
        {"type": "actions", "elements": [{"type": "overflow", "options": [OPTION] * 6}]},
        "/elements/0/options",
    ),
    "101 options": (
        {"type": "actions", "elements": [{"type": "static_select", "options": [OPTION] * 101}]},
        "/elements/0/options",
    ),
    "no options": ({"type": "actions", "elements": [{"type": "static_select"}]}, "/elements/0"),
    "option value": (
        {"type": "actions", "elements": [{"type": "overflow", "options": [{"text": TEXT, "value": "x" * 151}]}]},
        "/elements/0/options/0/value",
    ),
    "confirm title": (
        {
            "type": "actions",
            "elements": [
                {
                    **BUTTON,
                    "confirm": {
                        "title": {"type": "plain_text", "text": "x" * 101},
                        "text": TEXT,
                        "confirm": TEXT,
                        "deny": TEXT,
                    },
                }
            ],
        },
        "/elements/0/confirm/title/text",
    ),
    "header too long": ({"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}, "/text/text"),
    "header markup": ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "/text/type"),
    "unknown block": ({"type": "shout"}, "/type"),
    "unknown field": ({"type": "divider", "colour": "red"}, ""),
    "emoji on mrkdwn": ({"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}}, "/text"),
    "unknown rich": (rich({"type": "rich_text_shout", "elements": []}), "/elements/0/type"),
    "empty rich text": (
        rich({"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}),
        "/elements/0/elements/0/text",
    ),
    "mention in preformatted": (
        rich({"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U1"}]}),
        "/elements/0/elements/0/type",
    ),
    "style not true": (
        rich({"type": "rich_text_section", "elements": [{"type": "text", "text": "x", "style": {"bold": 1}}]}),
        "/elements/0/elements/0/style/bold",
    ),
    "date not whole": (
        rich({"type": "rich_text_section", "elements": [{"type": "date", "timestamp": 1.5, "format": "{date}"}]}),
        "/elements/0/elements/0/timestamp",
    ),
    "block is no object": ("divider", ""),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_slack_takes_passes(name: str) -> None:
    """Blocks at their limits are fine."""
    assert validate_message({"text": "x", "blocks": [GOOD[name]]}) == []


@pytest.mark.parametrize("name", BAD)
def test_what_slack_refuses_is_named_with_its_place(name: str) -> None:
    """Each mistake gives one line, which points at it."""
    block, place = BAD[name]
    [line] = validate_message({"text": "x", "blocks": [{"type": "divider"}, block]})
    assert line.startswith("[ERROR] ")
    assert line.endswith(f"[json-pointer:/blocks/1{place}]")


def test_a_message_has_at_most_fifty_blocks() -> None:
    """Fifty are fine, one more is not."""
    assert validate_message({"text": "x", "blocks": [{"type": "divider"}] * 50}) == []
    assert validate_message({"text": "x", "blocks": [{"type": "divider"}] * 51}) == [
        "[ERROR] no more than 50 items allowed [json-pointer:/blocks]"
    ]


def test_all_blocks_together_have_a_limit() -> None:
    """Five full sections are too much for one message, though each alone is fine."""
    [line] = validate_message({"text": "x", "blocks": [GOOD["section"]] * 5})
    assert "msg_blocks_too_long" in line


def test_block_ids_are_unique() -> None:
    """The same block_id twice is refused at the second."""
    [line] = validate_message({"text": "x", "blocks": [{"type": "divider", "block_id": "a"}] * 2})
    assert line.endswith("[json-pointer:/blocks/1/block_id]")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"text": "x" * 40_001},
        {"text": 1},
        {"text": "x", "blocks": "[]"},
        {"text": "x", "metadata": {"event_type": "e"}},
        {"text": "x", "colour": "red"},
    ],
)
def test_the_message_itself_is_checked(payload: dict[str, object]) -> None:
    """Nothing to say, too much to say, and fields of the wrong kind are refused."""
    assert len(validate_message(payload)) == 1
