"""The small network that heads are made of: one hidden layer on standardised features, in plain numpy."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from nlp.base import Vector

_FARTHEST = 6.0  # standard deviations; stranger inputs are no stronger evidence


class Perceptron:
    """Features (n, width) to logits (n, outputs), with weights as `nlp.training.fit` stores them."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.floating]], name: str) -> None:
        """Take the weights called `<name>.<part>`; raises KeyError where one is missing."""
        self._name = name
        self._mean, scale, self._inner, self._inner_bias, self._outer, self._outer_bias = (
            np.asarray(arrays[f"{name}.{part}"], np.float32)
            for part in ("mean", "scale", "inner", "inner_bias", "outer", "outer_bias")
        )
        self._steepness = 1 / scale

    def giving(self, outputs: int) -> Perceptron:
        """The same network; raises ValueError where it does not have that many outputs."""
        if self._outer.shape[1] != outputs:
            raise ValueError(
                f"{self._name} has {self._outer.shape[1]} answers, but this version of Earful reads {outputs}"
            )
        return self

    def __call__(self, features: npt.NDArray[np.floating]) -> Vector:
        """Logits for each row."""
        standard = np.subtract(
            features, self._mean, dtype=np.float32
        )  # and then in place: the rows are long, and copying them is most of the work
        standard *= self._steepness
        np.clip(standard, -_FARTHEST, _FARTHEST, out=standard)
        hidden = standard @ self._inner
        hidden += self._inner_bias
        np.maximum(hidden, 0, out=hidden)
        logits: Vector = hidden @ self._outer + self._outer_bias
        return logits


def sigmoid(x: Vector) -> Vector:
    """1 / (1 + e^-x), safe for large values."""
    half: Vector = 0.5 * (1 + np.tanh(0.5 * x))
    return half


def logit(chance: float) -> float:
    """The log-odds of a probability."""
    return math.log(chance / (1 - chance))


def softmax(x: Vector) -> Vector:
    """Each row as probabilities."""
    weights = np.exp(x - x.max(axis=1, keepdims=True))
    shares: Vector = weights / weights.sum(axis=1, keepdims=True)
    return shares
