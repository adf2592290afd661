"""What heads get to see of a text: the encoder's features, the surface of the original text, and the vector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlp.base import Vector
from nlp.encoder import FEATURES, Encoded
from nlp.encoder import WIDTH as VECTOR
from nlp.heads.surface import WIDTH as SURFACE
from nlp.heads.surface import surface

WIDTH = FEATURES + SURFACE + VECTOR
WIDE = slice(0, FEATURES + SURFACE)  # knows words best: strong on texts like those that were labelled
DEEP = slice(FEATURES, WIDTH)  # knows meaning best: steadier on texts of another kind


def head_inputs(encoded: Encoded, texts: Sequence[str]) -> Vector:
    """One row of `WIDTH` numbers for each text; `texts` are the originals, before cleaning."""
    return np.concatenate([encoded.features, surface(texts), encoded.vectors], axis=1)
