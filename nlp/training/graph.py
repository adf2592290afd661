"""Builds ONNX graphs node by node, with int8 matrices and fixed scales, so that no text depends on its neighbours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, TensorProto, ValueInfoProto, helper, numpy_helper

_OPSET, _IR = 20, 10
FLOAT, WHOLE = TensorProto.FLOAT, TensorProto.INT64


class Graph:
    """Every method adds to the graph and returns the name of its result."""

    def __init__(self) -> None:
        """An empty graph."""
        self._nodes: list[object] = []
        self._constants: list[TensorProto] = []

    def constant(self, value: npt.ArrayLike) -> str:
        """Something that is known now."""
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(
        self, kind: str, inputs: Sequence[str], *, output: str | None = None, domain: str = "", **how: object
    ) -> str:
        """One operator with one result."""
        name = output or f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], domain=domain, **how))
        return name

    def nodes(self, kind: str, inputs: Sequence[str], count: int, **how: object) -> list[str]:
        """One operator with several results."""
        names = [f"{kind.lower()}_{len(self._nodes)}_{number}" for number in range(count)]
        self._nodes.append(helper.make_node(kind, list(inputs), names, **how))
        return names

    def half(self, x: str, matrix: npt.NDArray[np.floating]) -> str:
        """A product with a matrix that is stored in 16 bits and used in 32."""
        stored = self.node("Cast", [self.constant(matrix.astype(np.float16))], to=FLOAT)
        return self.node("MatMul", [x, stored])

    def quantised(self, x: str, low: float, high: float) -> tuple[str, str, str]:
        """`x` in 8 bits between two fixed ends, with its step and its zero."""
        step = np.float32(max((high - low) / 255, 1e-9))
        zero = np.uint8(np.clip(round(-low / step), 0, 255))
        names = self.constant(step), self.constant(zero)
        return self.node("QuantizeLinear", [x, *names]), *names

    def product(
        self, whole: tuple[str, str, str], matrix: npt.NDArray[np.floating], bias: npt.NDArray[np.floating]
    ) -> str:
        """`x @ matrix + bias` of a quantised `x`, with the matrix in int8."""
        rounded, scales = int8(matrix.astype(np.float32))
        x, step, zero = whole
        inputs = [x, self.constant(rounded), step, self.constant(scales), zero]
        inputs += [self.constant(np.zeros(matrix.shape[1], np.int8)), self.constant(bias.astype(np.float32).ravel())]
        return self.node("MatMulIntegerToFloat", inputs, domain="com.microsoft")

    def normalise(self, x: str, gain: npt.NDArray[np.floating], bias: npt.NDArray[np.floating], epsilon: float) -> str:
        """Layer norm over the last axis."""
        inputs = [x, self.constant(gain.astype(np.float32).ravel()), self.constant(bias.astype(np.float32).ravel())]
        return self.node("LayerNormalization", inputs, axis=-1, epsilon=epsilon)

    def model(self, name: str, inputs: Sequence[ValueInfoProto], outputs: Sequence[ValueInfoProto]) -> ModelProto:
        """The whole graph."""
        graph = helper.make_graph(self._nodes, name, list(inputs), list(outputs), self._constants)
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR)


def int8(matrix: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Symmetric int8 values and one float32 scale a column."""
    scales = np.maximum(np.abs(matrix).max(0) / 127, 1e-12).astype(np.float32)
    return np.clip(np.round(matrix / scales), -127, 127).astype(np.int8), scales
