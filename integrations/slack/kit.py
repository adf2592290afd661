"""Block Kit's pieces, each within Slack's limits whatever goes in.

Text from outside goes only into `plain_text` objects and rich text, which Slack does not read as markup. The one
exception is a message's `text` (notifications and screen readers), which is escaped.
Shapes and limits: https://docs.slack.dev/reference/block-kit
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from integrations.base import Payload
from integrations.slack.escape import cut, cut_escaped, one_line, units

URL_LIMIT = 3000
SENTENCE = 300  # how much of a sentence, a title and the notification's text a card shows
TITLE = 200
FALLBACK = 1000


class Confirm(NamedTuple):
    """What Slack asks before a click counts."""

    title: str
    text: str
    yes: str


_SURROGATES = re.compile("[\ud800-\udfff]")
_DAY = "{date_short_pretty}"
_WHEN = f"{_DAY} at {{time}}"
_URL_UNSAFE = re.compile('[\x00-\x20\x7f-\xa0"<>\\\\^`{|}\ud800-\udfff]')


def plain_text(text: str, limit: int) -> Payload:
    """One line that Slack shows letter by letter: no markup, no links, no `:emoji:`. Slack refuses it empty."""
    return {"type": "plain_text", "text": cut(one_line(text), limit) or "–", "emoji": False}


def header(text: str) -> Payload:
    """A large line."""
    return {"type": "header", "text": plain_text(text, 150)}


def context(*elements: Payload) -> Payload:
    """Small grey lines; at most ten."""
    return {"type": "context", "elements": list(elements)}


def when(moment: datetime) -> Payload:
    """A time for `context`, which Slack shows in the reader's own zone."""
    return {
        "type": "mrkdwn",
        "text": f"<!date^{_seconds(moment)}^{_WHEN}|{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC>",
        "verbatim": True,
    }


def rich_text(*elements: Payload) -> Payload:
    """A block of sections and quotes, one under another."""
    return {"type": "rich_text", "elements": list(elements)}


def line(*spans: Payload) -> Payload:
    """One paragraph of rich text."""
    return {"type": "rich_text_section", "elements": list(spans)}


def quote(text: str) -> Payload:
    """Somebody else's words, which must not be empty, shown exactly as they are."""
    return {"type": "rich_text_quote", "elements": [span(text)]}


def preformatted(text: str) -> Payload:
    """Words to copy, which must not be empty, shown exactly as they are."""
    return {"type": "rich_text_preformatted", "elements": [span(text)]}


def span(text: str, *, bold: bool = False, italic: bool = False) -> Payload:
    """A piece of a line; not empty."""
    style = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    return {"type": "text", "text": text, "style": style} if style else {"type": "text", "text": text}


def link(text: str, url: str | None) -> Payload:
    """A piece of a line that opens `url`; only its text where the address is not one that Slack takes."""
    return {"type": "link", "url": url, "text": text} if url and usable(url) else span(text)


def day(moment: datetime) -> Payload:
    """A day as a piece of a line, in the reader's own zone."""
    return _date(moment, _DAY, f"{moment.astimezone(UTC):%Y-%m-%d}")


def at(moment: datetime) -> Payload:
    """A day and a time as a piece of a line, in the reader's own zone."""
    return _date(moment, _WHEN, f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC")


def button(name: str, text: str, url: str) -> Payload:
    """A button that opens `url`, which must be `usable`."""
    return {"type": "button", "action_id": name, "text": plain_text(text, 75), "url": url}


def press(name: str, text: str, value: str, *, style: str | None = None, confirm: Confirm | None = None) -> Payload:
    """A button that asks us to do something; `value` says with what. `style`: "primary" or "danger"."""
    made: Payload = {
        "type": "button",
        "action_id": name,
        "text": plain_text(text, 75),
        "value": cut(_SURROGATES.sub("\ufffd", value), 2000),
    }
    if style:
        made["style"] = style
    if confirm:
        made["confirm"] = {
            "title": plain_text(confirm.title, 100),
            "text": plain_text(confirm.text, 300),
            "confirm": plain_text(confirm.yes, 30),
            "deny": plain_text("Cancel", 30),
        }
    return made


def menu(name: str, choices: Sequence[tuple[str, str]]) -> Payload:
    """The "⋯" of a row: (text, value) of one to five choices."""
    return {"type": "overflow", "action_id": name, "options": [option(*choice) for choice in choices]}


def option(text: str, value: str) -> Payload:
    """One choice of a menu or a list. Its value must be at most 150 characters and no other's."""
    return {"text": plain_text(text, 75), "value": value}


def actions(buttons: Iterable[Payload]) -> Payload:
    """A row of buttons, at least one."""
    return {"type": "actions", "elements": list(buttons)}


def usable(url: str) -> bool:
    """Whether an address is one that Slack takes and a person may be sent to: http or https, with a host."""
    if units(url) > URL_LIMIT or _URL_UNSAFE.search(url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:  # an impossible IPv6 address or port
        return False


def fallback(text: str) -> str:
    """One line for a message's `text`, escaped."""
    return cut_escaped(one_line(text), FALLBACK)


def small_print(*texts: str) -> list[Payload]:
    """Our reasons, small and grey; nothing where there are none."""
    lines = [text for text in map(one_line, texts) if text]
    return [context(*(plain_text(text, SENTENCE) for text in lines))] if lines else []


def between(spans: Sequence[Payload], gap: str) -> list[Payload]:
    """The spans with `gap` between each two."""
    joined: list[Payload] = []
    for piece in spans:
        joined += [span(gap), piece] if joined else [piece]
    return joined


def _date(moment: datetime, form: str, fallback: str) -> Payload:
    return {"type": "date", "timestamp": _seconds(moment), "format": form, "fallback": fallback}


def _seconds(moment: datetime) -> int:
    return max(0, int(moment.timestamp()))  # Slack knows no time before 1970
