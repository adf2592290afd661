"""Which words a text has, as numbers: whole words, their beginnings, and pairs of neighbours.

Words are what a company can teach in a handful of labels ("kill" is no threat here), whatever sentence they stand in.
The beginnings make "kills" and "killed" one with "kill", and one case of a noun with the others.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.words import UNPARTED

Keys = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]

WORD, BEGINNING, PAIR = range(3)  # the two lowest bits of a key
_KINDS_MASK = 3
_MOST_WORDS = 300  # of one text
_WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


@dataclass(frozen=True, slots=True)
class Bags:
    """The keys of n texts, one text after the other; text i owns those from `starts[i]` to `starts[i + 1]`."""

    keys: Keys
    starts: Places

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def owners(self) -> Places:
        """For each key, the text that it belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def only(self, rows: Sequence[int] | Places) -> Bags:
        """The bags of these texts, in this order."""
        return joined([self.keys[self.starts[row] : self.starts[row + 1]] for row in rows])


def bags(texts: Sequence[str]) -> Bags:
    """The bags of cleaned texts; upper and lower case are one, and how often a word stands in a text is left out."""
    return joined([_keys(text) for text in texts])


def joined(found: Sequence[Keys]) -> Bags:
    """Bags from each text's keys."""
    starts = np.cumsum([0, *(len(each) for each in found)]).astype(np.int64)
    return Bags(np.concatenate([np.empty(0, np.uint32), *found]).astype(np.uint32), starts)


def kinds(keys: Keys) -> Keys:
    """Whether each key is a word, a beginning or a pair."""
    kind: Keys = keys & np.uint32(_KINDS_MASK)
    return kind


def _keys(text: str) -> Keys:
    found: set[int] = set()
    before = ""
    for word in _WORDS.findall(text.casefold())[:_MOST_WORDS]:
        if UNPARTED.match(word):
            found.update(_key(word[at : at + 2], WORD) for at in range(max(len(word) - 1, 1)))
        else:
            found.add(_key(word, WORD))
            if len(word) >= 4:
                found.add(_key(word[:4] if len(word) <= 8 else word[:6], BEGINNING))
            if before:
                found.add(_key(f"{before} {word}", PAIR))
        before = word
    return np.array(sorted(found), np.uint32)


def _key(word: str, kind: int) -> int:
    return (zlib.crc32(word.encode("utf-8", "replace")) & ~_KINDS_MASK) | kind
