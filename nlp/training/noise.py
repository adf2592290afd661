"""Makes a text look as it might be posted: cut short, without its accents, misspelled, with English words in it."""

from __future__ import annotations

import re
import unicodedata

import numpy as np

from nlp.words import UNPARTED

_ACCENTS = re.compile("[\u0300-\u036f]")
_BORROWED = [
    "game", "update", "bug", "gg", "lag", "crash", "patch", "server", "fps", "dlc", "early", "access", "steam", "app",
    "login", "ok", "lol", "nice", "good", "bad", "please", "fix", "the", "is", "not", "and", "very", "best", "worst",
    "awesome", "support", "download", "account", "player", "team", "online", "boss", "level", "skin", "wifi",
]  # fmt: skip
_CYRILLIC = str.maketrans("abcdefghijklmnoprstuvzčćđšž", "абцдефгхијклмнопрстувзчћђшж")
_CYRILLIC_PAIRS = {"dž": "џ", "lj": "љ", "nj": "њ"}


def noisy(text: str, language: str, draw: np.random.Generator) -> str:
    """The text with none, one or several of these accidents."""
    cut, plain, doubled, misspelled, mixed, script = draw.random(6)
    if language == "sr" and script < 0.4:
        text = _in_cyrillic(text)
    if cut < 0.5:
        text = _cut(text, draw)
    if plain < 0.3 and not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFD", text))
        text = unicodedata.normalize("NFC", text)
    if doubled < 0.05 and text:
        at = int(draw.integers(len(text)))
        text = text[:at] + text[at : at + 1] * 2 + text[at:]
    if misspelled < 0.08 and len(text) > 3:
        at = int(draw.integers(1, len(text) - 1))
        text = text[:at] + (text[at + 1 :] if at % 2 else text[at + 1] + text[at] + text[at + 2 :])
    if mixed < 0.1:  # English texts too, or what players say everywhere would count as anything but English
        text = _with_english(text, draw)
    return text


def _cut(text: str, draw: np.random.Generator) -> str:
    unparted = bool(UNPARTED.search(text))
    parts = list(text) if unparted else text.split()
    wanted = int(draw.integers(2, 14)) if unparted else int(draw.integers(1, 8))
    if len(parts) <= wanted:
        return text
    at = int(draw.integers(len(parts) - wanted + 1))
    return ("" if unparted else " ").join(parts[at : at + wanted])


def _with_english(text: str, draw: np.random.Generator) -> str:
    words = text.split()
    if len(words) >= 3:
        for _ in range(int(draw.integers(1, 2 + len(words) // 4))):
            words.insert(int(draw.integers(len(words) + 1)), _BORROWED[int(draw.integers(len(_BORROWED)))])
    return " ".join(words)


def _in_cyrillic(text: str) -> str:
    """Serbian in its other alphabet."""
    text = text.lower()
    for pair, letter in _CYRILLIC_PAIRS.items():
        text = text.replace(pair, letter)
    return text.translate(_CYRILLIC)
