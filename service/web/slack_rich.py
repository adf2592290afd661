"""Slack's rich text as HTML: sections, quotes, lists and preformatted text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

from service.web.slack_dates import Reader, written
from service.web.slack_mrkdwn import link

_STYLES = {"bold": "b", "italic": "i", "strike": "s", "underline": "u", "code": "code"}


def rich_text(elements: Sequence[object], reader: Reader) -> Markup:
    """The elements of one rich_text block, one under another."""
    return Markup("").join(_part(element, reader) for element in elements if isinstance(element, dict))


def _part(element: Mapping[str, object], reader: Reader) -> Markup:
    spans = _spans(element, reader)
    match element.get("type"):
        case "rich_text_quote":
            return Markup('<blockquote dir="auto">{}</blockquote>').format(spans)
        case "rich_text_preformatted":
            return Markup('<pre dir="auto">{}</pre>').format(spans)
        case "rich_text_list":
            tag = "ol" if element.get("style") == "ordered" else "ul"
            return Markup("<{0}>{1}</{0}>").format(tag, _entries(element, reader))
        case _:
            return Markup('<p dir="auto">{}</p>').format(spans)


def _entries(element: Mapping[str, object], reader: Reader) -> Markup:
    entries = element.get("elements")
    return Markup("").join(
        Markup("<li>{}</li>").format(_spans(entry, reader))
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict)
    )


def _spans(element: Mapping[str, object], reader: Reader) -> Markup:
    spans = element.get("elements")
    return Markup("").join(
        _styled(span, reader) for span in (spans if isinstance(spans, list) else []) if isinstance(span, dict)
    )


def _styled(span: Mapping[str, object], reader: Reader) -> Markup:
    shown = _span(span, reader)
    style = span.get("style")
    for name, tag in _STYLES.items():
        if isinstance(style, dict) and style.get(name) is True:
            shown = Markup("<{0}>{1}</{0}>").format(tag, shown)
    return shown


def _span(span: Mapping[str, object], reader: Reader) -> Markup:
    match span.get("type"):
        case "link":
            url = str(span.get("url", ""))
            return link(url, str(span.get("text") or url))
        case "date":
            return Markup("<time>{}</time>").format(_date(span, reader))
        case "emoji":
            return escape(f":{span.get('name', '')}:")
        case "user" | "channel" | "usergroup" | "broadcast":
            return _mention(span)
        case _:
            return Markup("<br>").join(escape(line) for line in str(span.get("text", "")).split("\n"))


def _date(span: Mapping[str, object], reader: Reader) -> str:
    timestamp = span.get("timestamp")
    shown = written(timestamp, str(span.get("format", "")), reader) if isinstance(timestamp, int) else None
    return str(span.get("fallback", "")) if shown is None else shown


def _mention(span: Mapping[str, object]) -> Markup:
    kind = span["type"]
    sign = "#" if kind == "channel" else "@"
    whom = span.get("range") or span.get(f"{kind}_id") or ""
    return Markup('<span class="slack-mention">{}{}</span>').format(sign, str(whom))
