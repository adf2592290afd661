"""Prepares other people's text for the models: markup, addresses and invisible characters go, words and feelings stay.

Posts are hostile text. Nothing here can fail on a string, and every pattern is linear in the length of the text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

from nlp.emoji import EMOJI_WORDS

LONGEST_HEAD = 6000  # characters kept from the beginning of a very long text
LONGEST_TAIL = 2000  # and from its end, where reviewers like to put their verdict
MOST_EMOJI = 4  # more of them add noise, not meaning

_HIDDEN_BLOCK = re.compile(r"<(script|style)\b[^>]{0,500}>.{0,20000}?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>|<!--[^<>]{0,2000}-->")
_BBCODE = re.compile(
    r"\[/?(?:b|i|u|s|h[1-6]|url|quote|spoiler|list|olist|\*|img|strike|table|tr|t[dh]|code|noparse|size|color|center"
    r"|previewyoutube|hr|youtube)(?:=[^\[\]]{0,500})?\]",
    re.IGNORECASE,
)
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,500}\)")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"'\]]{1,2000}|\b[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}")
_HANDLE = re.compile(r"(?<![\w@])@\w{1,50}")
_TWEET_LEFTOVER = re.compile(r"(?<!\S)(?:RT|http|https)(?=[\s:]|$):?")
_HASH = re.compile(r"(?<!\w)#(?=\w)")
_LONG_RUN = re.compile(r"([^\d\s])\1{3,}")
_SHOUTED = re.compile(r"\b[^\W\d_a-z]{4,}\b")  # or a word of another alphabet
_SPACES = re.compile(r"[^\S\n]+")
_NEWLINES = re.compile(r"\s*\n\s*")
_SKIN_OR_STYLE = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\u200d\u20e3]")
_EMOJI = re.compile(
    "[\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_TYPOGRAPHY = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u02bc": "'", "\u00b4": "'", "`": "'",
        "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
        "\u2013": "-", "\u2014": "-", "\u2012": "-", "\u2212": "-",
        "\u2026": "...", "\u00a0": " ", "\u202f": " ",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cleaned:
    """One text, ready for the models."""

    words: str  # what is written, without pictures; may be empty
    spelled: str  # the same with emoji as English words, for the encoder

    @property
    def has_words(self) -> bool:
        """Whether any letter or digit is left."""
        return any(character.isalnum() for character in self.words)


def clean(text: str) -> Cleaned:
    """Plain words: no markup, no addresses, no handles, no invisible characters.

    Takes any string; both answers are safe to encode as UTF-8.
    """
    text = strip_markup(_shorten(text))
    if "://" in text or "www." in text or "@" in text:  # most texts have none, and looking is quicker than replacing
        text = _HANDLE.sub(" ", _ADDRESS.sub(" ", text))
    if "RT" in text or "http" in text:
        text = _TWEET_LEFTOVER.sub(" ", text)
    if "#" in text:
        text = _HASH.sub("", text)
    text = _visible(text).translate(_TYPOGRAPHY)
    text = _LONG_RUN.sub(r"\1\1\1", text)
    text = _SHOUTED.sub(_lower_if_shouted, text)
    if text.isascii():
        plain = _tidy(text)
        return Cleaned(plain, plain)
    text = _SKIN_OR_STYLE.sub("", text)
    return Cleaned(_tidy(_EMOJI.sub(" ", text)), _tidy(_spell_out_emoji(text)))


def strip_markup(text: str) -> str:
    """The text of HTML, BBCode or Markdown links as a reader would see it; entities decoded."""
    if "<" in text or "&" in text:
        text = _TAG.sub(" ", _HIDDEN_BLOCK.sub(" ", text))
        text = _TAG.sub(" ", html.unescape(text))  # some platforms escape their markup once more
    if "[" in text:
        text = _MARKDOWN_LINK.sub(r" \1 ", text)
        text = _BBCODE.sub(" ", text)
    return text


def _shorten(text: str) -> str:
    if len(text) <= LONGEST_HEAD + LONGEST_TAIL:
        return text
    return f"{text[:LONGEST_HEAD]}\n{text[-LONGEST_TAIL:]}"


def _visible(text: str) -> str:
    """Control characters become spaces; format characters (direction overrides, zero width) and surrogates go."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(_visible_character(character) for character in text)


def _visible_character(character: str) -> str:
    if character == "\n" or character.isprintable():
        return character
    category = unicodedata.category(character)
    if category in ("Cf", "Cs", "Co", "Cn"):
        return "\u200d" if character == "\u200d" else ""
    return " "


def _lower_if_shouted(match: re.Match[str]) -> str:
    word = match.group()
    return word.lower() if word.isupper() else word


def _spell_out_emoji(text: str) -> str:
    """Known emoji become a word each, the first time they appear; unknown pictures go."""
    spelled: set[str] = set()

    def word(match: re.Match[str]) -> str:
        found = EMOJI_WORDS.get(match.group())
        if found is None or found in spelled or len(spelled) >= MOST_EMOJI:
            return " "
        spelled.add(found)
        return f" {found} "

    return _EMOJI.sub(word, text)


def _tidy(text: str) -> str:
    return _NEWLINES.sub("\n", _SPACES.sub(" ", text)).strip()
