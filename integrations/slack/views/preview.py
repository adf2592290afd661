"""A reply roughly as its platform will show it: markdown drawn, everything else letter by letter."""

from __future__ import annotations

import re
from dataclasses import dataclass

from integrations.base import JSON, Payload
from integrations.replies import Markup, ReplyRules
from integrations.slack import kit
from integrations.slack.escape import clean, cut, one_line
from integrations.slack.words import name

_MOST = 3000
_LINES = 60
_INLINE = re.compile(
    r"\*\*(?P<bold>[^*\n]+)\*\*|~~(?P<strike>[^~\n]+)~~|`(?P<code>[^`\n]+)`|\[(?P<text>[^\]\n]+)\]\((?P<url>[^)\s]+)\)"
    r"|(?<![\w*])\*(?P<star>[^*\s][^*\n]*)\*|(?<!\w)_(?P<low>[^_\n]+)_(?!\w)"
)
_ENTRY = re.compile(r"\s{0,3}(?:[-*+]|\d{1,3}[.)])\s+(?P<text>.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What was written, and how much of the platform's room it takes."""

    text: str  # with whatever the platform is given besides, such as the author's handle
    count: int  # as the platform counts


def as_shown(preview: Preview, rules: ReplyRules, platform: str) -> list[Payload]:
    """The reply as people will read it, and its count below."""
    text = cut(clean(preview.text), _MOST)
    drawn = _markdown(text) if rules.markup is Markup.MARKDOWN else [kit.quote(text)]
    where = f"On {name(platform)}" if name(platform) else "There"
    head = kit.context(kit.plain_text(f"{where} it will read:", 150))
    return [
        head,
        kit.rich_text(*(drawn if text else [kit.line(kit.span("Nothing yet.", italic=True))])),
        _counted(preview, rules),
    ]


def _counted(preview: Preview, rules: ReplyRules) -> Payload:
    if rules.limit is None:
        return kit.context(kit.plain_text(f"{preview.count:,} as the platform counts.", 150))
    over = preview.count - rules.limit
    said = f"{preview.count:,} of {rules.limit:,}" + (f": {over:,} too many" if over > 0 else "")
    return kit.context(kit.plain_text(f"{'🔴 ' if over > 0 else ''}{said}, as the platform counts.", 150))


def _markdown(text: str) -> list[Payload]:
    """Lines as quotes, entries of lists, code, headings or plain; every one with its bold, italic, code and links."""
    parts: list[Payload] = []
    entries: list[JSON] = []
    fenced: list[str] | None = None
    for line in text.split("\n")[:_LINES]:
        if line.startswith("```"):
            entries = _close_list(entries, parts)
            fenced = _fence(fenced, parts)
        elif fenced is not None:
            fenced.append(line)
        elif entry := _ENTRY.fullmatch(line):
            entries.append(kit.line(*_inline(entry["text"])))
        else:
            entries = _close_list(entries, parts)
            parts += _paragraph(line)
    _close_list(entries, parts)
    _fence(fenced, parts)
    return parts or [kit.quote(text)]


def _paragraph(line: str) -> list[Payload]:
    if line.startswith(">") and (quoted := line.lstrip("> ")):
        return [{"type": "rich_text_quote", "elements": list(_inline(quoted))}]
    if line.startswith("#") and (heading := one_line(line.lstrip("#"))):
        return [kit.line(kit.span(heading, bold=True))]
    return [kit.line(*_inline(line))] if line.strip() else []


def _fence(fenced: list[str] | None, parts: list[Payload]) -> list[str] | None:
    """Begin a piece of code, or end the one that is open."""
    if fenced is None:
        return []
    if any(line.strip() for line in fenced):
        parts.append(kit.preformatted("\n".join(fenced)))
    return None


def _close_list(entries: list[JSON], parts: list[Payload]) -> list[JSON]:
    if entries:
        parts.append({"type": "rich_text_list", "style": "bullet", "elements": entries})
    return []


def _inline(text: str) -> list[Payload]:
    """A line's pieces; not empty for a line with words."""
    spans: list[Payload] = []
    end = 0
    for found in _INLINE.finditer(text):
        if found.start() > end:
            spans.append(kit.span(text[end : found.start()]))
        spans.append(_styled(found))
        end = found.end()
    if end < len(text):
        spans.append(kit.span(text[end:]))
    return spans


def _styled(found: re.Match[str]) -> Payload:
    if found["text"]:
        return kit.link(found["text"], found["url"])
    for style, group in (
        ("bold", "bold"),
        ("strike", "strike"),
        ("code", "code"),
        ("italic", "star"),
        ("italic", "low"),
    ):
        if found[group]:
            return {"type": "text", "text": found[group], "style": {style: True}}
    return kit.span(found[0])
