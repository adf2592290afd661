"""Plain text of what platforms send: markup removed, and nothing in it that a database or a JSON file cannot hold."""

from __future__ import annotations

import math
import re
from html import unescape

import html_text

from collectors.base import JSON

_BB_LINK = re.compile(r"\[url=[^\]]*\]", re.IGNORECASE)
_BB_BREAK = re.compile(r"\[(?:/?(?:list|olist|table|tr|quote|code|h[1-3]|hr)(?:=[^\]]*)?|\*)\]", re.IGNORECASE)
_BB_REST = re.compile(
    r"\[/?(?:b|i|u|s|strike|spoiler|noparse|url|img|td|th|previewyoutube|c|p)(?:=[^\]]*)?\]", re.IGNORECASE
)
_UNREAD = re.compile(r"<(script|style)\b.*?(</\1\s*>|\Z)|<!--.*?(-->|\Z)", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(r"<[^<>]*>")
_PARAGRAPH = re.compile(r"</?(?:p|div|pre|blockquote|ul|ol|h[1-6])\b[^<>]*>", re.IGNORECASE)
_LINE = re.compile(r"<(?:br|li|hr|tr)\b[^<>]*>", re.IGNORECASE)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# HTML of which nothing has to be guessed: only these elements, and attributes in whole quotes.
_ATTRIBUTES = r"""(?:\s++[\w:-]++(?:=(?:"[^"<>]*+"|'[^'<>]*+'))?+)*+\s*+/?+"""
_TAME = re.compile(
    r"(?:[^<]++|<(?:/?(?:p|div|ul|ol|li|blockquote|h[1-6]|b|i|em|strong|u|span|a|code)|br|hr|img)"
    rf"{_ATTRIBUTES}>)*+",
    re.IGNORECASE,
)
_PARAGRAPHS = re.compile(r"(?:</?(?:p|ul|ol|blockquote|h[1-6])\b[^<>]*> ?)+", re.IGNORECASE)
_LINES = re.compile(r"(?:</?(?:div|li)\b[^<>]*> ?)+|<[bh]r\b[^<>]*>", re.IGNORECASE)


def tidy(text: str) -> str:
    """The text with one sort of line break, at most one empty line in a row, no NUL and no half characters."""
    text = _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def from_html(markup: str) -> str:
    """The words that a reader of the HTML sees, paragraphs kept apart; scripts and styles are left out."""
    if "<" not in markup and "&" not in markup:
        return tidy(markup)
    markup = _UNSTORABLE.sub(" ", markup)
    if _TAME.fullmatch(markup):
        return _from_tame(markup)
    try:
        text = tidy(html_text.extract_text(markup))
    except ValueError:  # a declaration that libxml2 reads and lxml cannot name
        text = ""
    # The parser gives up on what is nested hundreds of levels deep; the words are there all the same.
    return text or tidy(unescape(_TAGS.sub(" ", _UNREAD.sub(" ", markup))))


def _from_tame(markup: str) -> str:
    """The words of HTML that `_TAME` knows, without a tree: several times as fast."""
    flat = " ".join(markup.split())
    broken = unescape(_TAGS.sub("", _LINES.sub("\n", _PARAGRAPHS.sub("\n\n", flat))))
    return tidy("\n".join(" ".join(line.split()) for line in broken.split("\n")))


def from_simple_html(markup: str) -> str:
    """As `from_html`, for platforms that clean their HTML: nothing is hidden in it. Lines of code keep their form.

    Tags within a line leave no space behind, so that `#<span>tag</span>` stays one word.
    """
    if "<" in markup:
        markup = _UNREAD.sub("", markup) if "<s" in markup.lower() or "<!--" in markup else markup
        markup = _TAGS.sub("", _LINE.sub("\n", _PARAGRAPH.sub("\n\n", markup)))
    return tidy(unescape(markup) if "&" in markup else markup)


def from_bbcode(markup: str) -> str:
    """The words of Steam's BBCode, list items and quotes on lines of their own."""
    return tidy(_BB_REST.sub("", _BB_BREAK.sub("\n", _BB_LINK.sub("", markup))))


def storable(value: JSON) -> JSON:
    """The same JSON without what PostgreSQL's jsonb refuses: NUL, half characters, and numbers that are not finite."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value) if _UNSTORABLE.search(value) else value
    if isinstance(value, dict):
        return {str(storable(key)): storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
