"""From texts to what the networks of the token table read: pieces, their codes, and how a batch of them is laid out.

The table holds Google's multilingual Universal Sentence Encoder v3: 6-bit values in a uint8 array, looked up from a
memory map, so that processes share one copy. The tokens of a batch lie end to end, without padding, so a text's result
does not depend on its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import sentencepiece

from nlp.base import Vector
from nlp.files import ModelFiles

TABLE = "embedding.npy"
TOKENIZER = "sentencepiece.model"
PARTS = 17  # the table was quantised in interleaved parts, each with its own scale

Tokens: TypeAlias = Sequence[Sequence[int]]
Layout: TypeAlias = "dict[str, npt.NDArray[np.generic]]"

_LONGEST = 320  # tokens of one text that are read
_TAIL = 96  # of them taken from the end where the text is longer
_BATCH = 512  # tokens; fits the cache, larger is not faster and takes more memory
_REACH = (2, 2)  # tokens that the widest convolution sees to the left and to the right

_Whole = npt.NDArray[np.int64]


class Pieces:
    """The tokenizer and the table; safe to use from several threads."""

    def __init__(self, files: ModelFiles) -> None:
        """Load from checked files; raises whatever the libraries raise where one is not what it should be."""
        self._tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(files.path(TOKENIZER)))
        self._table: npt.NDArray[np.uint8] = np.load(files.path(TABLE), mmap_mode="r")
        self._unknown: int = self._tokenizer.unk_id()

    def __call__(self, texts: Sequence[str]) -> tuple[list[list[int]], npt.NDArray[np.bool_]]:
        """Token ids of cleaned texts, with begin and end marks, and whether a text (n,) was too long to be read whole.

        Of a long text the beginning and the end are read.
        """
        found = self._tokenizer.encode(list(texts), add_bos=True, add_eos=True)
        partly = np.array([len(ids) > _LONGEST for ids in found], np.bool_)
        return [middle_out(ids, _LONGEST, _TAIL) for ids in found], partly

    def unknown(self, tokens: Tokens) -> Vector:
        """The share of pieces (n,) that the vocabulary does not have, 0 to 1."""
        shares = [ids.count(self._unknown) / max(len(ids) - 2, 1) for ids in tokens]
        return np.array(shares, np.float32)

    def layout(self, tokens: Tokens) -> Layout:
        """A batch as the networks' inputs.

        `ids` and `part` (tokens,), `codes` (tokens, 512), `windows` (tokens, 5): each token's neighbours, `spread`
        (texts, tokens): which text each token belongs to, and `lengths` (texts, 1).
        """
        lengths = np.fromiter(map(len, tokens), np.int64, len(tokens))
        ids = np.concatenate([np.asarray(each, np.int64) for each in tokens])
        spread, windows = _places(lengths)
        return {
            "ids": ids,
            "codes": self._table[ids],
            "part": ids % PARTS,
            "windows": windows,
            "spread": spread,
            "lengths": lengths.astype(np.float32)[:, None],
        }


def middle_out(ids: list[int], longest: int, tail: int) -> list[int]:
    """At most `longest` tokens, `tail` of them from the end: a long text's middle says least."""
    return ids if len(ids) <= longest else ids[: longest - tail] + ids[-tail:]


def by_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows of similar length, in batches of about `_BATCH` tokens."""
    batch: list[int] = []
    total = 0
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and total + lengths[row] > _BATCH:
            yield batch
            batch, total = [], 0
        batch.append(row)
        total += lengths[row]
    if batch:
        yield batch


def _places(lengths: _Whole) -> tuple[Vector, _Whole]:
    """Where each text's tokens lie in the batch.

    Returns which text each token belongs to as ones and zeros (texts, tokens), and for each token its neighbours'
    positions (tokens, 5). A neighbour outside the text is the number of tokens, where the graph keeps an empty row.
    """
    total = int(lengths.sum())
    ends = np.cumsum(lengths)
    position = np.arange(total)
    owner = np.repeat(np.arange(len(lengths)), lengths)
    spread = np.zeros((len(lengths), total), np.float32)
    spread[owner, position] = 1
    around = position[:, None] + np.arange(-_REACH[0], _REACH[1] + 1)
    inside = (around >= (ends - lengths)[owner, None]) & (around < ends[owner, None])
    return spread, np.where(inside, around, total)
