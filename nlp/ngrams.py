"""Hashes what many texts are spelled with: parts of words of a few lengths, and whole words, as numbers of buckets.

All texts of a batch are one array of code points, and every step is one operation on it, so a text costs a few
microseconds. Parts of words never reach over a space; a word's first and last part know that they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Buckets = npt.NDArray[np.int32]
Starts = npt.NDArray[np.int64]
_Hashes = npt.NDArray[np.uint32]
_Flags = npt.NDArray[np.bool_]

MOST = 400  # characters read of a text

_SPACE = 32
_LONGEST_WORD = 24  # characters; longer runs are no words, or a script that parts none
_TIMES = np.uint32(0x01000193)
_WORD = np.uint32(0x9E3779B1)
_POWERS = np.cumprod(np.full(_LONGEST_WORD + 1, 0x01000193, np.uint32), dtype=np.uint32)
_STIR = np.uint32(0x85EBCA6B)


@dataclass(frozen=True, slots=True)
class Grams:
    """The buckets of n texts, one text after the other; text i owns those from `starts[i]` to `starts[i + 1]`."""

    buckets: Buckets
    starts: Starts

    @property
    def counts(self) -> Starts:
        """How many buckets each text has (n,); 0 for a text without a sign that counts."""
        return np.diff(self.starts)


def grams(
    texts: Sequence[str],
    *,
    buckets: int,
    lengths: Sequence[int] = (1, 2, 3, 4),
    words: bool = True,
    letters_only: bool = False,
    most: int = MOST,
) -> Grams:
    """The buckets of all texts, the first `most` characters of each, upper and lower case being one.

    `lengths` counts a bound of a word as a character. `words` adds each whole word that no part holds already.
    `letters_only` reads digits and the punctuation that all scripts share as spaces. `buckets` is a power of two.
    """
    if buckets < 2 or buckets & (buckets - 1):
        raise ValueError(f"the number of buckets must be a power of two, not {buckets}")
    codes, begins = _codes([text[:most].lower() for text in texts], letters_only=letters_only)
    spaces = codes == _SPACE
    columns = _parts(codes, spaces, sorted(set(lengths)))
    if words:
        columns.append(_words(codes, spaces, without=[length - 2 for length in lengths]))
    hashes = np.empty((len(codes), len(columns)), np.uint32)
    there = np.empty((len(codes), len(columns)), np.bool_)
    for number, (found, holds) in enumerate(columns):
        hashes[:, number], there[:, number] = found, holds
    shift = np.uint32(32 - (buckets.bit_length() - 1))
    before = np.concatenate([[0], np.cumsum(np.count_nonzero(there, axis=1))])
    return Grams((_stirred(hashes[there]) >> shift).astype(np.int32), before[begins])


def _codes(texts: Sequence[str], *, letters_only: bool) -> tuple[_Hashes, Starts]:
    """Code points of all texts with a space around each, and where each text begins (n + 1)."""
    joined = f" {' '.join(texts)} "
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32).copy()
    codes[codes < _SPACE] = _SPACE
    if letters_only:
        codes[(codes < ord("a")) & (codes != ord("'"))] = _SPACE
        codes[(codes > ord("z")) & (codes <= 0xA0)] = _SPACE
        codes[(codes >= 0x2000) & (codes <= 0x206F)] = _SPACE
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    return codes, np.concatenate([[0], np.cumsum(sizes + 1)])


def _parts(codes: _Hashes, spaces: _Flags, lengths: Sequence[int]) -> list[tuple[_Hashes, _Flags]]:
    """For each length the hash of what begins at each place, and whether that is within one word."""
    found: list[tuple[_Hashes, _Flags]] = []
    size = len(codes)
    running = np.full(size, 0x811C9DC5, np.uint32)
    over_a_space, blank = np.zeros(size, np.bool_), np.ones(size, np.bool_)
    for length in range(1, max(lengths, default=0) + 1):
        reach = max(size - length + 1, 0)  # places from which so many characters are left
        running[:reach] = (running[:reach] ^ codes[length - 1 :]) * _TIMES
        blank[:reach] &= spaces[length - 1 :]
        over_a_space[reach:] = True
        if length >= 3:
            over_a_space[:reach] |= spaces[length - 2 : size - 1]
        if length in lengths:
            found.append((running.copy(), ~(over_a_space | blank)))
    return found


def _words(codes: _Hashes, spaces: _Flags, without: Sequence[int]) -> tuple[_Hashes, _Flags]:
    """The hash of the whole word that begins at each place where one does, and where that is; not of these sizes."""
    hashes, there = np.zeros(len(codes), np.uint32), np.zeros(len(codes), np.bool_)
    begins = np.flatnonzero(spaces[:-1] & ~spaces[1:]) + 1
    if len(begins):
        sizes = np.flatnonzero(~spaces[:-1] & spaces[1:]) + 1 - begins
        first = np.zeros(len(codes), np.int64)
        first[begins] = begins
        places = np.arange(len(codes)) - np.maximum.accumulate(first)
        weighed = np.where(spaces, 0, (codes + _WORD) * _POWERS[places.clip(0, _LONGEST_WORD)])
        hashes[begins] = np.add.reduceat(weighed, begins)
        there[begins] = (sizes <= _LONGEST_WORD) & ~np.isin(sizes, without)
    return hashes, there


def _stirred(hashes: _Hashes) -> _Hashes:
    """Every bit of a hash made to count in its upper bits, which name the bucket."""
    mixed: _Hashes = (hashes ^ (hashes >> np.uint32(15))) * _STIR
    return mixed
