"""The small objects that blocks are made of: texts, options, confirmations, pictures."""

from __future__ import annotations

from collections.abc import Iterator

from service.testing.slack.rules.shapes import Check, array, choice, flag, one_of, problem, shape, text, url

ID = text(255)


def plain(most: int) -> Check:
    """A text that is shown letter by letter."""
    return one_of({"plain_text": shape({"text": text(most)}, {"emoji": flag})})


def text_kinds(most: int) -> dict[str, Check]:
    """Plain text and markup, by type."""
    mrkdwn = shape({"text": text(most)}, {"verbatim": flag})
    return {"plain_text": shape({"text": text(most)}, {"emoji": flag}), "mrkdwn": mrkdwn}


def any_text(most: int) -> Check:
    """Plain text or markup."""
    return one_of(text_kinds(most))


CONFIRM = shape(
    {"title": plain(100), "text": plain(300), "confirm": plain(30), "deny": plain(30)},
    {"style": choice("primary", "danger")},
)

OPTION = shape({"text": plain(75), "value": text(150)}, {"description": plain(75)})
"""A choice in a menu."""

BOX = shape({"text": any_text(75), "value": text(150)}, {"description": any_text(75)})
"""A choice among radio buttons or checkboxes."""

LINKED_OPTION = shape({"text": plain(75), "value": text(150)}, {"description": plain(75), "url": url(3000)})
"""A choice in an overflow menu."""

_GROUP = shape({"label": plain(75), "options": array(OPTION, 100)})
_FILE = shape({}, {"id": ID, "url": url(3000)})


def choices(value: object, at: str, *, least: int = 1) -> Iterator[str]:
    """A menu has its options in a list or in groups, never both."""
    if isinstance(value, dict):
        if ("options" in value) == ("option_groups" in value):
            yield problem("must provide either options or option_groups", at)
        if "options" in value:
            yield from array(OPTION, 100, least=least)(value["options"], f"{at}/options")
        if "option_groups" in value:
            yield from array(_GROUP, 100, least=least)(value["option_groups"], f"{at}/option_groups")


def picture(value: object, at: str, **more: Check) -> Iterator[str]:
    """A picture has an address, or is a file that Slack keeps, and always words for those who do not see it."""
    known = {"image_url": url(3000), "slack_file": _FILE, **more}
    yield from shape({"alt_text": text(2000)}, known)(value, at)
    if isinstance(value, dict) and ("image_url" in value) == ("slack_file" in value):
        yield problem("must provide either image_url or slack_file", at)
