"""How long a reply is, as the platform that gets it counts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import TypeAlias

import regex

from integrations.replies import Counting

_GRAPHEME = regex.compile(r"\X")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3")
_LINK = 23  # what an address counts on X and on Mastodon, however long it is

# Where X counts one for a character and not two; from the third version of twitter-text's configuration.
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))

# An address ends before marks that more likely belong to the sentence. X also takes names of sites without https://,
# which are known by their ending: all of two letters, and those that are in wide use.
_ADDRESS_END = r"(?:[^\s<>\"]*[^\s<>\".,;:!?'()\[\]{}])?"
_WITH_SCHEME = r"(?<![A-Za-z0-9@#$])https?://[^\s<>\"/?#.,;:!?'()\[\]{}]" + _ADDRESS_END
_ENDINGS = (
    "com|net|org|info|biz|dev|app|blog|shop|store|online|site|xyz|tech|cloud|games|support|page|news|gov|edu|[a-z]{2}"
)
_BARE = rf"(?<![\w@#$.\-/])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:{_ENDINGS})(?![\w@-])(?:[/?#]{_ADDRESS_END})?"
_ADDRESS = re.compile(_WITH_SCHEME, re.IGNORECASE)
_ADDRESS_OF_X = re.compile(rf"{_WITH_SCHEME}|{_BARE}", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w/=])@(\w+(?:[.-]+\w+)*)@[\w.-]*\w")


def count(text: str, counting: Counting) -> int:
    """How much of a limit `text` uses up. A lone half of a pair of UTF-16 counts as the sign that stands for it."""
    return _COUNTS[counting](text)


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _graphemes(text: str) -> int:
    return len(_GRAPHEME.findall(text))


def _weighted(text: str) -> int:
    """As X counts: composed (NFC); an emoji is two, however many characters make it."""
    composed = unicodedata.normalize("NFC", text)
    rest, links = _ADDRESS_OF_X.subn("\n", composed)
    return links * (_LINK - 1) + sum(_weight(each) for each in _GRAPHEME.findall(rest))


def _weight(grapheme: str) -> int:
    if _EMOJI.search(grapheme) and (len(grapheme) > 1 or ord(grapheme) > _LIGHT[0][1]):
        return 2
    return sum(1 if any(first <= ord(sign) <= last for first, last in _LIGHT) else 2 for sign in grapheme)


def _links_short(text: str) -> int:
    """As Mastodon counts: an address with its scheme is 23, and of a handle the server does not count."""
    return _graphemes(_ADDRESS.sub("x" * _LINK, _HANDLE.sub(r"@\1", text)))


_Count: TypeAlias = Callable[[str], int]
_COUNTS: Mapping[Counting, _Count] = {
    Counting.CHARACTERS: len,
    Counting.UTF16: _utf16,
    Counting.GRAPHEMES: _graphemes,
    Counting.BYTES: _bytes,
    Counting.WEIGHTED: _weighted,
    Counting.LINKS_SHORT: _links_short,
}
