"""What people say about a reading, head by head, as targets to fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nlp.base import Sentiment, Vector
from nlp.learning.adapter import FEELINGS

SENTIMENT, LANGUAGE = "sentiment", "language"
YES, NO = "yes", "no"


def head_of(output: str) -> str:
    """The head that an output belongs to: all feelings are one head, everything else is its own."""
    return SENTIMENT if output in FEELINGS else output


def targets(labels: Sequence[Mapping[str, str]], outputs: Sequence[str]) -> Vector:
    """From each text's labels (head -> value) to what is wanted (n, outputs): 1 holds, 0 does not, NaN nobody said.

    A text that is mixed says nothing of which side is stronger. Heads without an output, such as the language, teach
    nothing.
    """
    wanted = np.full((len(labels), len(outputs)), np.nan, np.float32)
    for row, said in enumerate(labels):
        for at, output in enumerate(outputs):
            value = said.get(head_of(output))
            if value is not None:
                wanted[row, at] = _target(output, value)
    return wanted


def _target(output: str, value: str) -> float:
    if output not in FEELINGS:
        return float(value == YES)
    label = output.removeprefix("sentiment:")
    if value == Sentiment.MIXED and label != Sentiment.MIXED:
        return float("nan")
    return float(label == value)
