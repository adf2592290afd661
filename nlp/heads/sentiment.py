"""Sentiment: negative, neutral, positive, and mixed where both sides are strong; stars count where there are any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from nlp.base import Prediction, Sentiment, Vector
from nlp.heads.inputs import WIDE
from nlp.heads.perceptron import Perceptron, sigmoid, softmax

CLASSES = (Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE)

_MIXED_ENOUGH = 0.7  # probability; below it the stronger side is the answer
_BOTH = 0.05  # each side's own share that a mixed text must have
_STARS_WEIGHT = 2.2  # log-odds that the best or worst rating adds to its side
_STARS_MIDDLE = 0.5  # a middling rating says far less: people mean very different things with it


class SentimentHead:
    """From head inputs to the four labels."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.floating]]) -> None:
        self._network = Perceptron(arrays, "sentiment")
        self._temperature = float(arrays["sentiment.temperature"])

    def __call__(self, inputs: Vector, ratings: Sequence[float | None]) -> list[tuple[Prediction, Vector]]:
        """For each text the prediction, and the three classes' probabilities for other heads."""
        logits = self._network(inputs[:, WIDE])
        rated = np.array([_evidence(rating) for rating in ratings], np.float32).reshape(-1, len(CLASSES))
        shares = softmax(logits[:, :3] / self._temperature + rated)
        mixed = sigmoid(logits[:, 3])
        return [(_decide(row, float(both)), row) for row, both in zip(shares, mixed, strict=True)]


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
