"""What the author wants: six intents that may hold together or not at all, and how much the text looks like spam."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from nlp.base import Intent, Prediction, Vector
from nlp.heads.perceptron import Perceptron, sigmoid

SPAM = "spam"
OUTPUTS = (*Intent, SPAM)


class IntentHead:
    """From features to probabilities of every output; `holding` picks the intents that hold."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.floating]]) -> None:
        self._network = Perceptron(arrays, "intents")
        self._slopes = np.asarray(arrays["intents.slopes"], np.float32)
        self._shifts = np.asarray(arrays["intents.shifts"], np.float32)
        self._thresholds = np.asarray(arrays["intents.thresholds"], np.float32)

    def __call__(self, features: Vector) -> Vector:
        """Probabilities (n, 7) in the order of OUTPUTS."""
        return sigmoid(self._network(features) * self._slopes + self._shifts)

    def holding(self, chances: Vector) -> tuple[Prediction, ...]:
        """The intents of one text that reach their threshold, strongest first."""
        found = [
            Prediction(label=intent, score=float(chances[number]))
            for number, intent in enumerate(Intent)
            if chances[number] >= self._thresholds[number]
        ]
        return tuple(sorted(found, key=lambda each: -each.score))
