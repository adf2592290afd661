"""How texts change on their way to a platform and back, and how ours stay what they are meant to be. Pure.

Platforms make HTML of a text, shorten its addresses, put the author's name before it and move white space about.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape

_JOINER = "\N{WORD JOINER}"
_NAME = re.compile(r"(?<![\w/=])@(?=\w)")
_END = r"[^\s<>\".,;:!?'()\[\]{}]"  # marks at the end of an address belong to the sentence
_ADDRESS = re.compile(rf"https?://\S*{_END}|(?:[\w-]+\.)+[a-z]{{2,}}\b(?:[/?#]\S*{_END})?", re.IGNORECASE)
_BEFORE = re.compile(r"(?:@[\w.-]+(?:@[\w.-]+)?[,:]?\s+)+")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def bare(text: str) -> str:
    """A text as it is compared: without names before it and unseen signs, however spaces and addresses are written."""
    words = " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", unescape(text))).split())
    return _ADDRESS.sub("\N{LINK SYMBOL}", _BEFORE.sub("", words, count=1))


def calling_nobody(text: str, *, sign: re.Pattern[str] = _NAME) -> str:
    """The text with names (@name) that look the same and that no platform takes for a call; addresses are left.

    `sign` is what makes a call of the name behind it.
    """
    return sign.sub(lambda match: match[0] + _JOINER, text)


def addressed(text: str, handle: str | None) -> str:
    """The text calling its author, whose name is put before it unless it stands there already, and nobody else."""
    if not handle:
        return calling_nobody(text)
    name = f"@{handle.removeprefix('@')}"
    parts = re.split(rf"(?<![\w/=@])({re.escape(name)})(?![\w@])", text, flags=re.IGNORECASE)
    said = "".join(part if number % 2 else calling_nobody(part) for number, part in enumerate(parts))
    return said if len(parts) > 1 else f"{name} {said}"


def as_written(theirs: str, handle: str | None = None) -> str:
    """A reply of ours as a person wrote it: without the author's name that was put before it, and unseen joiners."""
    words = theirs.replace(_JOINER, "")
    name = f"@{(handle or '').removeprefix('@')} "
    return words[len(name) :] if handle and words.lower().startswith(name.lower()) else words
