"""What words and parts of words say by themselves: one row of evidence for each bucket of hashed parts.

It knows no sentences, but every spelling that the labelled texts had, in every language; the networks know sentences
and only the pieces of their vocabulary. So they err on different texts, and are asked together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from nlp.base import ModelMissing, Vector
from nlp.files import INSTALL_AGAIN, ModelFiles
from nlp.language import summed
from nlp.ngrams import Grams, grams

WEIGHTS = "lexicon.npz"

_LENGTHS = (3, 4, 5, 6)
_CHUNK = 128  # texts at a time, so that what is gathered stays in the cache


class Lexicon:
    """Answers for texts by their spelling; safe to use from several threads."""

    def __init__(self, files: ModelFiles) -> None:
        """Load from checked files; raises ModelMissing where the file is damaged."""
        stored = files.arrays(WEIGHTS)
        try:
            self._table: npt.NDArray[np.int8] = stored["table"]
            self._scales, self._bias = (stored[name].astype(np.float32) for name in ("scales", "bias"))
        except KeyError as error:
            raise ModelMissing(f"{files.path(WEIGHTS)} lacks {error}.", what_to_do=INSTALL_AGAIN) from error

    @property
    def answers(self) -> int:
        """How many answers it has."""
        return len(self._bias)

    def __call__(self, texts: Sequence[str]) -> Vector:
        """Logits (n, answers) for cleaned texts, in the order of the networks' answers."""
        found = np.empty((len(texts), self.answers), np.float32)
        for start in range(0, len(texts), _CHUNK):
            some = spelled(texts[start : start + _CHUNK], len(self._table))
            found[start : start + _CHUNK] = summed(self._table, some) * self._scales + self._bias
        return found


def spelled(texts: Sequence[str], buckets: int) -> Grams:
    """The parts of words of each text, as numbers of buckets."""
    return grams(texts, buckets=buckets, lengths=_LENGTHS)
