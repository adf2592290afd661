"""What people wrote, without the page's wrapping; and the form of it that two copies of one review share."""

from __future__ import annotations

import html
import re
import unicodedata

from collectors.plain import tidy

_BREAKS = re.compile(r"<(?:br|/p|/div|/li|/h[1-6]|/tr|/blockquote)(?:\s[^<>]{0,500})?\s*/?>", re.IGNORECASE)
# Only names of real elements: "5 <b 6" and "<3" are words.
_TAGS = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|cite|code|del|div|em|font|h[1-6]|hr|i|img|ins|li|mark|ol|p|pre|q|s|script|"
    r"small|span|strike|strong|style|sub|sup|table|tbody|td|th|thead|tr|tt|u|ul|iframe|svg)(?:\s[^<>]{0,2000})?\s*/?>",
    re.IGNORECASE,
)
_SPACES = re.compile(r"[^\S\n]+")


def clean(text: str, *, markup: bool) -> str:
    """The words; `markup` where entities and tags in it are the page's (JSON-LD), not the author's (microdata)."""
    if markup:
        text = html.unescape(text)
        text = _TAGS.sub("", _BREAKS.sub("\n", text))
        if re.search(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});", text):  # escaped twice, as many shops do
            text = html.unescape(text)
    return tidy(_SPACES.sub(" ", tidy(text)))


def essence(text: str) -> str:
    """Letters and digits alone, in one case: equal for the same words in JSON-LD and in the page."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(char for char in folded if char.isalnum())
    return kept or " ".join(folded.split())
