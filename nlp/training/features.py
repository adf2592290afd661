"""Turns examples into what the heads see, with the very encoder that is shipped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from nlp.clean import clean
from nlp.encoder import FEATURES, Encoder
from nlp.heads.surface import WIDTH, surface

_CHUNK = 2000


def features(encoder: Encoder, texts: Sequence[str]) -> npt.NDArray[np.float16]:
    """Head inputs (n, FEATURES + WIDTH); kept in half precision, for there are hundreds of thousands."""
    found = np.empty((len(texts), FEATURES + WIDTH), np.float16)
    for start in range(0, len(texts), _CHUNK):
        some = texts[start : start + _CHUNK]
        rows = slice(start, start + len(some))
        found[rows, :FEATURES] = encoder.encode([clean(text).spelled for text in some]).features
        found[rows, FEATURES:] = surface(some)
    return found
