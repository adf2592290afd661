"""What changed between two versions of a text, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

# A word with the space after it; scripts that put none between words are compared letter by letter.
_WORD = re.compile("[\u3040-\u30ff\u3400-\u9fff]|[^\\s\u3040-\u30ff\u3400-\u9fff]+\\s*|\\s+")
# Texts that share less than this share little by accident: a patchwork of both would be harder to read than either.
_ALIKE = 0.4

# Comparing takes time that grows with the product of both lengths; beyond this, the texts stand one after the other.
_LONGEST = 3000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that stayed, came or went."""

    kind: Literal["same", "added", "removed"]
    text: str


def between(before: str, after: str) -> Sequence[Piece]:
    """The pieces of both texts in reading order; what went stands before what came in its place."""
    old, new = _words(before), _words(after)
    if len(old) > _LONGEST or len(new) > _LONGEST:
        return [Piece("removed", before), Piece("added", after)]
    compared = SequenceMatcher(None, old, new, autojunk=False)
    if compared.ratio() < _ALIKE:
        return [Piece("removed", before), Piece("added", after)]
    return list(_pieces(old, new, compared))


def _pieces(old: Sequence[str], new: Sequence[str], compared: SequenceMatcher[str]) -> Iterator[Piece]:
    for tag, old_from, old_to, new_from, new_to in compared.get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(old[old_from:old_to]))
            continue
        if old_to > old_from:
            yield Piece("removed", "".join(old[old_from:old_to]))
        if new_to > new_from:
            yield Piece("added", "".join(new[new_from:new_to]))


def _words(text: str) -> list[str]:
    return _WORD.findall(text)
