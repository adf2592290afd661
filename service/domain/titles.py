"""What to call an issue before a person names it: the words of one of its reporters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST = 90
_SENTENCE_END = re.compile(r"(?<=[.!?。！？…])\s+|\n+")
_URL = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One report: its own title if it has one, its text, its language, and how near it is to the issue's centre."""

    title: str | None
    text: str
    language: str
    nearness: float  # -1 to 1


def title_of(voices: Sequence[Voice], *, fallback: str) -> str:
    """One sentence of the most central report, English ones first; at most 90 characters, without addresses."""
    ranked = sorted(voices, key=lambda v: (v.language != "en", -v.nearness))
    for voice in ranked:
        sentence = _telling_sentence(voice)
        if sentence:
            return _cut(sentence)
    return fallback


def _telling_sentence(voice: Voice) -> str:
    candidates = [part.strip() for part in _SENTENCE_END.split(_URL.sub("", voice.text)) if part.strip()]
    if voice.title and len(voice.title.split()) >= 3:
        candidates.insert(0, voice.title.strip())
    fitting = [c for c in candidates if 20 <= len(c) <= LONGEST]
    return (fitting or [c for c in candidates if len(c) > LONGEST] or [""])[0]


def _cut(sentence: str) -> str:
    sentence = " ".join(sentence.split())
    if len(sentence) <= LONGEST:
        return sentence
    return sentence[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"
