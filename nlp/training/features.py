"""Turns examples into what the heads see, with the very encoder that is shipped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from nlp.clean import clean
from nlp.encoder import Encoder
from nlp.heads.inputs import WIDTH, head_inputs

_CHUNK = 2000


def features(encoder: Encoder, texts: Sequence[str]) -> npt.NDArray[np.float16]:
    """Head inputs (n, WIDTH); kept in half precision, for there are hundreds of thousands."""
    found = np.empty((len(texts), WIDTH), np.float16)
    for start in range(0, len(texts), _CHUNK):
        some = texts[start : start + _CHUNK]
        found[start : start + len(some)] = head_inputs(encoder.encode([clean(text).spelled for text in some]), some)
    return found
