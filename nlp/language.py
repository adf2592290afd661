"""Tells which language a short, noisy text is written in, and how sure that is.

py3langid (BSD-3-Clause, 139 languages) gives the likelihoods; what it cannot know is added here: posts are far more
often English than Aragonese, and a platform's own word about a text is worth a lot.
"""

from __future__ import annotations

import math
import threading

import numpy as np
import numpy.typing as npt
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from nlp.base import Prediction

UNKNOWN = Prediction(label="und", score=0.0)

_FEWEST_LETTERS = 2
_SURE_ENOUGH = 0.5
_HINT = 4.0  # log-odds that a platform's word about the language adds
_ENGLISH, _WIDESPREAD, _RARE = 3.0, 1.5, -1.0  # log-odds before a word is read
_TEMPERATURE = 0.45  # of log-likelihoods divided by the square root of the length, fitted on held-out short texts

_READ = 400  # characters; more make no difference
_NOTHING_KNOWN = -1e30  # py3langid scores a text without any known feature below this


def _codes(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_SPREAD = _codes("ar de es fr hi id it ja ko nl pl pt ru th tr uk vi zh")
_USUAL = _codes(
    "af am az be bg bn bs ca cs cy da el et eu fa fi ga gl gu ha he hr hu hy ig is ka kk km kn ku ky lo lt lv mk ml mn"
    " mr ms my ne no pa pcm ps ro rw si sk sl so sq sr sv sw ta te tg tk tl tt ug ur uz xh yo zu"
)
_ONE_OF = dict(
    pair.split(":")
    for pair in [
        "ary:ar",
        "arz:ar",
        "nn:no",
        "nb:no",
        "yue:zh",
        "wuu:zh",
        "hbo:he",
        "grc:el",
        "sdh:ku",
        "uzs:uz",
        "gug:gn",
        "fil:tl",
        "iw:he",
        "in:id",
    ]
)  # varieties and older codes that we do not tell apart


class Languages:
    """Language identification for many texts; loading takes about half a second, at the first use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    def identify(self, text: str, hint: str | None = None) -> Prediction:
        """The language of a cleaned text as a BCP 47 code with its probability; `und` where it cannot be told.

        `hint` is what the platform says, a BCP 47 tag; it tips the scales for short texts and loses against clear ones.
        """
        letters = sum(character.isalpha() for character in text)
        wished = primary(hint)
        if letters < _FEWEST_LETTERS:
            return Prediction(label=wished, score=_SURE_ENOUGH) if wished and letters else UNKNOWN
        loaded = self._load()
        chances = loaded.chances(text, wished)
        best = int(chances.argmax())
        score = float(chances[best])
        return Prediction(label=loaded.labels[best] if score >= _SURE_ENOUGH else UNKNOWN.label, score=score)

    def _load(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = _Loaded()
            return self._loaded


class _Loaded:
    """py3langid's model with our labels and priors beside it."""

    def __init__(self) -> None:
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
        self._codes = [code for code in self._identifier.labels if code != "zxx"]
        self._identifier.set_languages(self._codes)
        ours = [_ONE_OF.get(code, code) for code in self._codes]
        self.labels = sorted(set(ours))
        self._column = np.array([self.labels.index(label) for label in ours])
        self._prior = np.array([_prior(label) for label in self.labels])

    def chances(self, text: str, wished: str | None) -> npt.NDArray[np.float64]:
        """A probability for each of `labels`."""
        text = text[:_READ].lower()
        likelihoods = dict(self._identifier.rank(text))
        found = np.fromiter((likelihoods[code] for code in self._codes), np.float64, len(self._codes))
        scores = np.full(len(self.labels), -np.inf)
        if found.max() > _NOTHING_KNOWN:
            np.maximum.at(scores, self._column, found / (_TEMPERATURE * math.sqrt(len(text.encode()))))
        else:
            scores[:] = 0.0
        scores += self._prior
        if wished in self.labels:
            scores[self.labels.index(wished)] += _HINT
        weights = np.exp(scores - scores.max())
        chances: npt.NDArray[np.float64] = weights / weights.sum()
        return chances


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
