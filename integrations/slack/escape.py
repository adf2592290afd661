"""Makes hostile text safe and short enough for Slack, without cutting what a reader sees as one character.

Slack's own rules: only `&`, `<` and `>` are escaped, as `&amp;`, `&lt;`, `&gt;`
(https://docs.slack.dev/messaging/formatting-message-text). Lengths are counted in UTF-16 units, as JavaScript counts
them: the strictest of the readings of Slack's "characters".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

ELLIPSIS = "…"

_NEW_LINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Controls say nothing; the bidirectional overrides would turn round our own words that follow the post's.
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_PILED_MARKS = re.compile(f"([{_MARKS}]{{4}})[{_MARKS}]+")
_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+\n")


def clean(text: str) -> str:
    """The text as a screen can show it: no controls, lone surrogates, text-direction overrides or piled-up accents.

    Line breaks become "\\n", at most one empty line stays between two others, both ends are stripped.
    """
    text = _NEW_LINES.sub("\n", text)
    text = _SURROGATES.sub("\ufffd", text)
    text = _UNWANTED.sub("", text)
    text = _PILED_MARKS.sub(r"\1", text)
    return _BLANK_LINES.sub("\n\n", text).strip()


def one_line(text: str) -> str:
    """`clean`, with every run of white space as one space."""
    return " ".join(clean(text).split())


def escape(text: str) -> str:
    """The text for a field that Slack reads as markup: nothing in it can become a link, a mention or a date."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def units(text: str) -> int:
    """Length in UTF-16 units: two for an emoji."""
    return len(text) + sum(ord(character) > 0xFFFF for character in text)


def cut(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units of the text, ending in "…" where something was left out."""
    return text if units(text) <= limit else _beginning(text, limit, str)


def cut_escaped(text: str, limit: int) -> str:
    """The escaped text in at most `limit` UTF-16 units: an entity is whole or not there."""
    escaped = escape(text)
    return escaped if units(escaped) <= limit else _beginning(text, limit, escape)


def cut_lines(text: str, limit: int) -> str:
    """At most `limit` lines of the text, ending in "…" where something was left out."""
    lines = text.split("\n")
    return text if len(lines) <= limit else "\n".join(lines[:limit]).rstrip() + ELLIPSIS


def graphemes(text: str) -> Iterator[str]:
    """What a reader sees as one character, one at a time: accents, skin tones, flags and joined emoji stay together."""
    start = 0
    for index in range(1, len(text)):
        if not _joined(text, start, index):
            yield text[start:index]
            start = index
    if text:
        yield text[start:]


def _beginning(text: str, limit: int, write: Callable[[str], str]) -> str:
    """As many whole graphemes, as `write` writes them, as fit beside the ellipsis."""
    kept: list[str] = []
    room = limit - units(ELLIPSIS)
    for grapheme in graphemes(text):
        piece = write(grapheme)
        room -= units(piece)
        if room < 0:
            break
        kept.append(piece)
    return "".join(kept).rstrip() + ELLIPSIS


def _joined(text: str, start: int, index: int) -> bool:
    """Whether the character at `index` belongs to the grapheme that began at `start`."""
    before, here = text[index - 1], text[index]
    if before == "\u200d" or here == "\u200d":
        return True
    if unicodedata.category(here) in {"Mn", "Me", "Mc"} or "\U0001f3fb" <= here <= "\U0001f3ff":
        return True
    if "\U000e0020" <= here <= "\U000e007f":  # the tags that spell a region's flag
        return True
    return _regional(here) and _regional(before) and (index - start) % 2 == 1


def _regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
