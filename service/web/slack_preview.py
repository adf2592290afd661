"""Shows a message as Slack would: Block Kit to HTML, for `static/slack.css`. No script, no request to anywhere.

Everything is escaped. What Slack itself would refuse is not drawn but named, so that a preview never looks better than
the real thing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from markupsafe import Markup, escape

from service.web.slack_dates import Reader
from service.web.slack_mrkdwn import mrkdwn
from service.web.slack_rich import rich_text

_MESSAGE = Markup(
    '<article class="slack"><div class="slack-avatar" aria-hidden="true">E</div><div class="slack-body">'
    '<header class="slack-head"><span class="slack-name">Earful</span> <span class="slack-app">APP</span> {}</header>'
    "{}</div></article>"
)


def render(
    payload: Mapping[str, object], *, sent_at: datetime | None = None, now: datetime | None = None, zone: tzinfo = UTC
) -> Markup:
    """One message as it stands in a channel.

    `payload` holds `text` and `blocks` as `chat.postMessage` takes them. `sent_at` is the time beside the app's name.
    Times are shown in `zone`, and as "today" or "yesterday" where `now` is given.
    """
    reader = Reader(zone=zone, now=now)
    blocks = payload.get("blocks")
    if isinstance(blocks, list) and blocks:
        body = _blocks(blocks, reader)
    else:
        body = Markup('<div class="slack-section">{}</div>').format(mrkdwn(str(payload.get("text", "")), reader))
    return _MESSAGE.format(_sent(sent_at, zone), body)


def render_blocks(blocks: Sequence[object], *, now: datetime | None = None, zone: tzinfo = UTC) -> Markup:
    """Blocks without a message around them, as they stand in a modal or on a home."""
    body = _blocks(blocks, Reader(zone=zone, now=now))
    return Markup('<div class="slack"><div class="slack-body">{}</div></div>').format(body)


def _blocks(blocks: Sequence[object], reader: Reader) -> Markup:
    return Markup("").join(_block(block, reader) for block in blocks)


def _sent(moment: datetime | None, zone: tzinfo) -> Markup:
    if moment is None:
        return Markup("")
    here = moment.astimezone(zone)
    return Markup('<time class="slack-time" datetime="{}">{}</time>').format(here.isoformat(), f"{here:%H:%M}")


def _block(block: object, reader: Reader) -> Markup:
    kind = str(block.get("type")) if isinstance(block, dict) else type(block).__name__
    if isinstance(block, dict) and kind in _BLOCKS:
        return _BLOCKS[kind](block, reader)
    return Markup('<div class="slack-unknown">Slack would refuse this block: {}</div>').format(kind)


def _section(block: Mapping[str, object], reader: Reader) -> Markup:
    text = _text(block.get("text"), reader)
    fields = Markup("").join(
        Markup('<div class="slack-field">{}</div>').format(_text(field, reader)) for field in _items(block, "fields")
    )
    grid = Markup('<div class="slack-fields">{}</div>').format(fields) if fields else Markup("")
    accessory = Markup("").join(_element(element, reader) for element in [block.get("accessory")] if element)
    return Markup('<div class="slack-section"><div class="slack-text">{}{}</div>{}</div>').format(text, grid, accessory)


def _context(block: Mapping[str, object], reader: Reader) -> Markup:
    elements = Markup("").join(
        Markup('<span class="slack-small">{}</span>').format(_element(element, reader))
        for element in _items(block, "elements")
    )
    return Markup('<div class="slack-context">{}</div>').format(elements)


def _actions(block: Mapping[str, object], reader: Reader) -> Markup:
    elements = Markup("").join(_element(element, reader) for element in _items(block, "elements"))
    return Markup('<div class="slack-actions">{}</div>').format(elements)


def _header(block: Mapping[str, object], reader: Reader) -> Markup:
    return Markup('<h3 class="slack-header" dir="auto">{}</h3>').format(_text(block.get("text"), reader))


def _divider(_block: Mapping[str, object], _reader: Reader) -> Markup:
    return Markup('<hr class="slack-divider">')


def _image(block: Mapping[str, object], reader: Reader) -> Markup:
    """A picture's place and words: a preview asks no stranger's server for anything."""
    title = _text(block.get("title"), reader) if block.get("title") else Markup("")
    alt = str(block.get("alt_text", ""))
    return Markup('<figure class="slack-image">{}<div role="img" aria-label="{}">{}</div></figure>').format(
        title, alt, alt
    )


def _rich(block: Mapping[str, object], reader: Reader) -> Markup:
    return Markup('<div class="slack-rich">{}</div>').format(rich_text(_items(block, "elements"), reader))


_BLOCKS: Mapping[str, Callable[[Mapping[str, object], Reader], Markup]] = {
    "section": _section,
    "context": _context,
    "actions": _actions,
    "header": _header,
    "divider": _divider,
    "image": _image,
    "rich_text": _rich,
}


def _element(element: object, reader: Reader) -> Markup:
    if not isinstance(element, dict):
        return Markup("")
    if element.get("type") == "button":
        return _button(element, reader)
    if element.get("type") == "overflow":
        return Markup('<span class="slack-button" title="{}">⋯</span>').format(_choices(element))
    if element.get("type") == "image":
        return Markup('<span class="slack-icon" role="img" aria-label="{}"></span>').format(
            str(element.get("alt_text", ""))
        )
    return _text(element, reader)


def _choices(menu: Mapping[str, object]) -> str:
    """What a menu offers, for whoever points at it."""
    options = [option for option in _items(menu, "options") if isinstance(option, dict)]
    texts = [option["text"] for option in options if isinstance(option.get("text"), dict)]
    return ", ".join(str(text.get("text", "")) for text in texts)


def _button(button: Mapping[str, object], reader: Reader) -> Markup:
    """A button that opens an address is a link; another one does nothing here."""
    style = str(button.get("style"))
    kind = f" slack-button-{style}" if style in {"primary", "danger"} else ""
    text, url = _text(button.get("text"), reader), str(button.get("url", ""))
    if url.startswith(("https://", "http://")):
        return Markup('<a class="slack-button{}" href="{}" rel="noopener noreferrer" target="_blank">{}</a>').format(
            kind, url, text
        )
    return Markup('<span class="slack-button{}">{}</span>').format(kind, text)


def _text(value: object, reader: Reader) -> Markup:
    """A text object: as markup, or letter by letter."""
    if not isinstance(value, dict):
        return Markup("")
    text = str(value.get("text", ""))
    if value.get("type") == "mrkdwn":
        return mrkdwn(text, reader)
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def _items(block: Mapping[str, object], name: str) -> Sequence[object]:
    items = block.get(name)
    return items if isinstance(items, list) else []
