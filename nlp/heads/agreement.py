"""Tells replies that agree ("+1", "me too, since the update") from those that say something of their own.

The phrases stand in `agreement_cues.tsv`: `whole` agree where nothing else is said, `opens` at the beginning or the end
of a short reply; `lead` may come before; `turns` take the agreement back, `denies` do where they stand before it.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

from nlp.clean import strip_markup
from nlp.words import count_words

_LONGEST = 300  # characters; who writes more says something
_MOST_WORDS = 8  # beside the agreement
_KINDS = ("lead", "whole", "opens", "turns", "denies")
_QUOTED = re.compile(r"^\s*>.*$", re.MULTILINE)
_EDGE = " \t\r\n.,;:!?…-–—()\"'*_~。、！？，"


def rest_of_agreement(text: str) -> str | None:
    """What a reply says besides that it agrees, which may be nothing; None where it does not agree.

    What it quotes of the post that it answers ("> …") is left out.
    """
    said = _QUOTED.sub("", strip_markup(text[: 4 * _LONGEST])).translate(_STRAIGHT).strip()
    if not said or len(said) > _LONGEST or len(text) > 4 * _LONGEST:
        return None
    if _WHOLE.fullmatch(said):
        return ""
    for found, before in ((_OPENS.match(said), False), (_CLOSES.search(said), True)):
        if found is None:
            continue
        rest = said[: found.start()].rstrip(_EDGE) if before else said[found.end() :].lstrip(_EDGE)
        taken_back = _TURNS.search(rest) or (before and _DENIES.search(rest))
        return None if taken_back or count_words(rest) > _MOST_WORDS else rest
    return None


def _patterns() -> dict[str, str]:
    """For each kind, one expression of all its cues: whole words, or signs that need no edge."""
    cues: dict[str, list[str]] = {kind: [] for kind in _KINDS}
    with Path(__file__).with_name("agreement_cues.tsv").open(encoding="utf-8", newline="") as file:
        for kind, where, pattern in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            cues[kind].append(rf"(?<!\w)(?:{pattern})(?!\w)" if where == "word" else f"(?:{pattern})")
    return {kind: f"(?:{'|'.join(found)})" for kind, found in cues.items()}


_STRAIGHT = str.maketrans({"\u2018": "'", "\u2019": "'", "\ufe0f": None})
_CUES = _patterns()
_GAP = r"[\s.,;:!?…\-–—()*_~、。！，]*"
_LEAD = rf"(?:{_CUES['lead']}{_GAP}){{0,2}}"
_WHOLE = re.compile(rf"{_GAP}{_LEAD}{_CUES['whole']}(?:{_GAP}{_CUES['whole']}){{0,2}}{_GAP}", re.IGNORECASE)
_OPENS = re.compile(rf"{_GAP}{_LEAD}{_CUES['opens']}", re.IGNORECASE)
_CLOSES = re.compile(rf"{_CUES['opens']}{_GAP}$", re.IGNORECASE)
_TURNS, _DENIES = (re.compile(_CUES[kind], re.IGNORECASE) for kind in ("turns", "denies"))
