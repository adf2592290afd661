"""What the author wants: six intents that may hold together or not at all; and whether it is spam or abuse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from nlp.base import Intent, Prediction, Vector
from nlp.heads.inputs import DEEP, WIDE
from nlp.heads.perceptron import Perceptron, logit, sigmoid
from nlp.sureness import doubtful

SPAM, TOXIC = "spam", "toxic"
OUTPUTS = (*Intent, SPAM, TOXIC)

_STARS_WEIGHT = 2.0  # log-odds that the best or worst rating adds


class IntentNetworks:
    """Two networks that see different sides of a text and are asked together."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.floating]]) -> None:
        self._wide = Perceptron(arrays, "intents.wide").giving(len(OUTPUTS))
        self._deep = Perceptron(arrays, "intents.deep").giving(len(OUTPUTS))

    def __call__(self, inputs: npt.NDArray[np.floating]) -> Vector:
        """Logits (n, outputs), before calibration."""
        logits: Vector = 0.5 * (self._wide(inputs[:, WIDE]) + self._deep(inputs[:, DEEP]))
        return logits


class IntentHead:
    """From head inputs to probabilities of every output; `holding` picks the intents that hold."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.floating]]) -> None:
        self._networks = IntentNetworks(arrays)
        self._slopes = np.asarray(arrays["intents.slopes"], np.float32)
        self._shifts = np.asarray(arrays["intents.shifts"], np.float32)
        self._thresholds = np.asarray(arrays["intents.thresholds"], np.float32)

    def logits(self, inputs: Vector) -> Vector:
        """Calibrated logits (n, outputs) of the text alone, in the order of OUTPUTS."""
        found: Vector = self._networks(inputs) * self._slopes + self._shifts
        return found

    def decides_at(self) -> Vector:
        """The logits (outputs,) beyond which an output holds."""
        return np.array([logit(float(chance)) for chance in np.clip(self._thresholds, 0.01, 0.99)], np.float32)

    def __call__(self, logits: Vector, ratings: Sequence[float | None]) -> Vector:
        """Probabilities (n, outputs) in the order of OUTPUTS; good ratings speak for praise, bad ones for complaint."""
        logits = logits.copy()
        leaning = np.array([0.0 if rating is None else 2 * min(max(rating, 0.0), 1.0) - 1 for rating in ratings])
        logits[:, OUTPUTS.index(Intent.PRAISE)] += _STARS_WEIGHT * leaning
        logits[:, OUTPUTS.index(Intent.COMPLAINT)] -= _STARS_WEIGHT * leaning
        return sigmoid(logits)

    def holding(self, chances: Vector) -> tuple[Prediction, ...]:
        """The intents of one text that reach their threshold, strongest first."""
        found = [
            Prediction(label=intent, score=float(chances[number]))
            for number, intent in enumerate(Intent)
            if chances[number] >= self._thresholds[number]
        ]
        return tuple(sorted(found, key=lambda each: -each.score))

    def doubtful(self, chances: Vector) -> Iterator[str]:
        """The intents of one text that may as well hold as not."""
        return (intent for number, intent in enumerate(Intent) if doubtful(chances[number], self._thresholds[number]))
