"""Slack's mrkdwn as HTML: the markup of a text, and nothing else that looks like it.

https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from service.web.slack_dates import Reader, written

_SPECIAL = re.compile(r"<([^<>]*)>")
_CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
_STYLES = (
    (re.compile(r"(?<![\w*])\*(?!\s)([^*\n]+?)(?<!\s)\*(?![\w*])"), "b"),
    (re.compile(r"(?<![\w_])_(?!\s)([^_\n]+?)(?<!\s)_(?![\w_])"), "i"),
    (re.compile(r"(?<![\w~])~(?!\s)([^~\n]+?)(?<!\s)~(?![\w~])"), "s"),
)
_HELD = re.compile("\ue000(\\d+)\ue001")
_SAFE_LINK = re.compile(r"(?:https?|mailto):", re.IGNORECASE)


def mrkdwn(text: str, reader: Reader) -> Markup:
    """The text as Slack shows a `mrkdwn` object."""
    held: list[Markup] = []

    def hold(piece: Markup) -> str:
        held.append(piece)
        return f"\ue000{len(held) - 1}\ue001"

    def code(match: re.Match[str]) -> str:
        tag = "pre" if match[1] is not None else "code"
        return hold(Markup("<{0}>{1}</{0}>").format(tag, _unescaped(match[1] or match[2])))

    text = text.replace("\ue000", "\ufffd").replace("\ue001", "\ufffd")  # ours alone, to mark what is held
    text = _SPECIAL.sub(lambda match: hold(_special(match[1], reader)), text)
    text = _CODE.sub(code, text)
    shown = str(escape(_unescaped(text)))
    for pattern, tag in _STYLES:
        shown = pattern.sub(rf"<{tag}>\1</{tag}>", shown)
    return _release(_lines(shown), held)


def _release(shown: str, held: list[Markup]) -> Markup:
    """Put what was held back in its place; a held piece may itself hold others (code that has a link in it)."""
    while _HELD.search(shown):
        shown = _HELD.sub(lambda match: str(held[int(match[1])]), shown)
    return Markup(shown)  # noqa: S704 (every piece was escaped above)


def _lines(shown: str) -> str:
    """Line breaks, and lines that begin with ">" as quotes."""
    lines: list[str] = []
    for line in shown.split("\n"):
        quoted = line.startswith("&gt;")
        lines.append(f"<blockquote>{line.removeprefix('&gt;').lstrip()}</blockquote>" if quoted else line)
    return "<br>".join(lines).replace("</blockquote><br>", "</blockquote>").replace("<br><blockquote>", "<blockquote>")


def _special(inside: str, reader: Reader) -> Markup:
    """What stands between < and >: a mention, a date, a link."""
    target, bar, label = inside.partition("|")
    if target.startswith("!date^"):
        return Markup("<time>{}</time>").format(_date(target, _unescaped(label), reader))
    if target.startswith("!"):
        return Markup('<span class="slack-mention slack-mention-all">@{}</span>').format(target[1:])
    if target[:1] in {"@", "#"}:
        return Markup('<span class="slack-mention">{}{}</span>').format(target[0], _unescaped(label) or target[1:])
    return link(_unescaped(target), _unescaped(label) if bar else _unescaped(target))


def _date(target: str, fallback: str, reader: Reader) -> Markup:
    parts = target.split("^")
    moment = parts[1] if len(parts) > 1 else ""
    shown = None
    if len(parts) >= 3 and moment.isascii() and moment.isdecimal():
        shown = written(int(moment), _unescaped(parts[2]), reader)
    text = fallback if shown is None else shown
    return link(parts[3], text) if len(parts) > 3 else escape(text)


def link(url: str, label: str) -> Markup:
    """A link that leads out safely; only its words where the address is not one that a browser should follow."""
    if not _SAFE_LINK.match(url):
        return escape(label)
    return Markup('<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>').format(url, label)


def _unescaped(text: str) -> str:
    """Slack's three entities as the characters they stand for; all others stay as they are written."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
