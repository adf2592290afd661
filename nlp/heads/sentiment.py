"""Sentiment: negative, neutral, positive, and mixed where both sides are strong; stars count where there are any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from nlp.base import Prediction, Sentiment, Vector
from nlp.heads.inputs import WIDE
from nlp.heads.perceptron import Perceptron, logit, sigmoid, softmax

CLASSES = (Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE)

_MIXED_ENOUGH = 0.7  # probability; below it the stronger side is the answer
_BOTH = 0.05  # each side's own share that a mixed text must have
_STARS_WEIGHT = 2.2  # log-odds that the best or worst rating adds to its side
_STARS_MIDDLE = 0.5  # a middling rating says far less: people mean very different things with it


class SentimentHead:
    """From head inputs to the four labels."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.floating]]) -> None:
        self._network = Perceptron(arrays, "sentiment").giving(len(CLASSES) + 1)
        self._temperature = float(arrays["sentiment.temperature"])

    def logits(self, inputs: Vector) -> Vector:
        """Calibrated logits (n, 4) of the text alone: negative, neutral, positive, and mixed."""
        found = self._network(inputs[:, WIDE])
        found[:, :3] /= self._temperature
        return found

    def __call__(self, logits: Vector, ratings: Sequence[float | None]) -> list[tuple[Prediction, Vector]]:
        """For each text the prediction, and the three classes' probabilities for other heads."""
        rated = np.array([_evidence(rating) for rating in ratings], np.float32).reshape(-1, len(CLASSES))
        shares = softmax(logits[:, :3] + rated)
        mixed = sigmoid(logits[:, 3])
        return [(_decide(row, float(both)), row) for row, both in zip(shares, mixed, strict=True)]

    def decides_at(self) -> Vector:
        """The logits (4,) beyond which an answer holds."""
        return np.array([0, 0, 0, logit(_MIXED_ENOUGH)], np.float32)


def _decide(shares: Vector, mixed: float) -> Prediction:
    if mixed >= _MIXED_ENOUGH and min(shares[0], shares[2]) >= _BOTH:
        return Prediction(label=Sentiment.MIXED, score=mixed)
    best = int(shares.argmax())
    return Prediction(label=CLASSES[best], score=float(shares[best]))


def _evidence(rating: float | None) -> tuple[float, float, float]:
    """Log-odds for negative, neutral and positive from a rating of 0 (worst) to 1 (best)."""
    if rating is None:
        return 0.0, 0.0, 0.0
    leaning = 2 * min(max(rating, 0.0), 1.0) - 1
    return -leaning * _STARS_WEIGHT, _STARS_MIDDLE * (1 - 2 * abs(leaning)), leaning * _STARS_WEIGHT
