"""Tells which languages short, noisy texts are written in, and how sure that is; a whole batch at a time.

A text is the sum of the rows that its parts of words have in a table, and a linear layer makes chances of that. The
table was fitted by `nlp.training.language` as if all languages were equally common. What no text can say is added here:
posts are far more often English than Aragonese, and a platform's own word about a text is worth a lot.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from nlp.base import ModelMissing, Prediction, Vector
from nlp.files import INSTALL_AGAIN, ModelFiles
from nlp.heads.perceptron import softmax
from nlp.ngrams import Grams, grams

WEIGHTS = "language.npz"
UNKNOWN = Prediction(label="und", score=0.0)

_TWO_LETTERS = re.compile(r"[^\W\d_][\W\d_]*[^\W\d_]")
_LETTER = re.compile(r"[^\W\d_]")
_READ = 400  # characters; more make no difference
_CHUNK = 128  # texts whose parts fit into a core's cache
_SURE_ENOUGH = 0.5
_HINT = 4.0  # log-odds that a platform's word about the language adds
_ENGLISH, _WIDESPREAD, _RARE = 2.5, 1.0, -1.0  # log-odds before a word is read


def _codes(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_SPREAD = _codes("ar de es fr hi id it ja ko nl pl pt ru th tr uk vi zh")
_USUAL = _codes(
    "af am az be bg bn bs ca cs cy da el et eu fa fi ga gl gu ha he hr hu hy ig is ka kk km kn ku ky lo lt lv mk ml mn"
    " mr ms my ne no pa pcm ps ro rw si sk sl so sq sr sv sw ta te tg tk tl tt ug ur uz xh yo zu"
)
_ONE_OF = {
    "arq": "ar", "ary": "ar", "arz": "ar", "fil": "tl", "grc": "el", "gug": "gn", "hbo": "he", "in": "id", "iw": "he",
    "kzj": "dtp", "nb": "no", "nn": "no", "sdh": "ku", "uzs": "uz", "wuu": "zh", "yue": "zh",
}  # fmt: skip
"""Varieties and older codes that we do not tell apart."""


class Languages:
    """Language identification for many texts. Safe to use from several threads."""

    def __init__(self, files: ModelFiles) -> None:
        """Load the table.

        Raises:
            ModelMissing: the file is damaged.
        """
        stored = files.arrays(WEIGHTS)
        try:
            self.labels: list[str] = stored["labels"].tolist()
            self._table: npt.NDArray[np.int8] = stored["table"]
            self._layer, self._bias = stored["layer"].astype(np.float32), stored["bias"].astype(np.float32)
        except KeyError as error:
            raise ModelMissing(f"{files.path(WEIGHTS)} lacks {error}.", what_to_do=INSTALL_AGAIN) from error
        self._column = {label: number for number, label in enumerate(self.labels)}
        self._prior = np.array([_prior(label) for label in self.labels], np.float32)

    def identify(self, texts: Sequence[str], hints: Sequence[str | None] | None = None) -> list[Prediction]:
        """For each cleaned text its language, a BCP 47 code, with its probability; `und` where it cannot be told.

        `hints` is what the platform says of each, a BCP 47 tag; it tips the scales for short texts and loses against
        clear ones. What stands beside a text in the batch makes no difference to it.
        """
        wished = [primary(hint) for hint in hints] if hints is not None else [None] * len(texts)
        logits = self.logits(texts) + self._prior
        hinted = [(row, self._column[code]) for row, code in enumerate(wished) if code in self._column]
        if hinted:
            logits[tuple(np.array(hinted).T)] += _HINT
        chances = softmax(logits)
        best = chances.argmax(axis=1)
        scores = chances[np.arange(len(texts)), best]
        return [self._told(*each) for each in zip(texts, wished, best.tolist(), scores.tolist(), strict=True)]

    def logits(self, texts: Sequence[str]) -> Vector:
        """How each text looks (n, languages), were all languages equally common."""
        sums = [
            summed(self._table, parts(texts[start : start + _CHUNK], len(self._table)))
            for start in range(0, len(texts), _CHUNK)
        ]
        found: Vector = (
            np.concatenate([np.zeros((0, self._table.shape[1]), np.float32), *sums]) @ self._layer + self._bias
        )
        return found

    def _told(self, text: str, wished: str | None, best: int, score: float) -> Prediction:
        if not _TWO_LETTERS.search(text):
            return Prediction(label=wished, score=_SURE_ENOUGH) if wished and _LETTER.search(text) else UNKNOWN
        return Prediction(label=self.labels[best] if score >= _SURE_ENOUGH else UNKNOWN.label, score=score)


def parts(texts: Sequence[str], buckets: int) -> Grams:
    """What of a text speaks for a language, as numbers of buckets."""
    return grams(texts, buckets=buckets, letters_only=True, most=_READ)


def summed(table: npt.NDArray[np.int8], found: Grams) -> Vector:
    """The sum of each text's rows, over the root of their number: a longer text says more, but repeats itself."""
    sums = np.zeros((len(found.counts), table.shape[1]), np.float32)
    filled = np.flatnonzero(found.counts)
    if len(filled):
        rows = table.take(found.buckets, axis=0)
        sums[filled] = np.add.reduceat(rows, found.starts[filled], axis=0, dtype=np.int32)
    weights = np.sqrt(np.maximum(found.counts, 1)).astype(np.float32)
    averaged: Vector = sums / weights[:, None]
    return averaged


@lru_cache(maxsize=1024)
def primary(tag: str | None) -> str | None:
    """The language of a BCP 47 tag in the form used here: `pt-BR` and `PT` are `pt`; None for `und` or nothing."""
    code = (tag or "").replace("_", "-").split("-")[0].strip().lower()
    if not code.isalpha() or code in ("und", "mul", "zxx"):
        return None
    return _ONE_OF.get(code, code)


def _prior(label: str) -> float:
    if label == "en":
        return _ENGLISH
    return _WIDESPREAD if label in _SPREAD else 0.0 if label in _USUAL else _RARE
