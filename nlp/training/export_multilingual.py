"""Writes the tuned multilingual network as an ONNX graph with int8 matrices and fixed scales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from onnx import ModelProto, helper

from nlp.base import Vector
from nlp.training.convolutions import WINDOWS, Convolutions, Weights, inputs
from nlp.training.graph import FLOAT, WHOLE, int8
from nlp.training.losses import ANSWERS
from nlp.training.usem import STEEPEST, Convolution, Multilingual

_EXTREME = 0.9999  # of the magnitudes at a convolution's input lie below its range
_SEEN = 64  # texts at a time while the ranges are measured


def export_multilingual(network: Multilingual, weights: Weights, tokens: Sequence[Sequence[int]]) -> ModelProto:
    """The graph from what `Pieces.layout` gives to `answers` (texts, ANSWERS).

    `weights` are those that the network began with, for the table's scales; `tokens` are texts like those that will be
    read: the ranges of the convolutions' inputs are measured on them.
    """
    tuned = {name: value.detach().float().numpy() for name, value in network.state_dict().items()}
    return _Network({**weights, **_under_old_names(tuned)}, _ranges(network, tokens), tuned).build()


class _Network(Convolutions):
    """The tuned copy: the learnt numbers beside the table, attention, and answers."""

    def __init__(self, weights: Weights, ranges: Mapping[str, float], tuned: Mapping[str, Vector]) -> None:
        super().__init__(weights, ranges)
        self._tuned = tuned

    def build(self) -> ModelProto:
        rows, scales = int8(np.ascontiguousarray(self._tuned["learnt"]))
        found = self.node("Cast", [self.node("Gather", [self.constant(rows), "ids"], axis=0)], to=FLOAT)
        self._learnt = self.node("Mul", [found, self.constant(scales)])
        joined = self.joined()
        total = self.node("MatMul", ["spread", joined])
        mean = self.node("Div", [total, "lengths"])
        pooled = self.node("Concat", [mean, self._attended(joined), *self.hidden(total)], axis=1)
        inner = self.half(pooled, self._tuned["answer.1.weight"].T)
        inner = self.node("Add", [inner, self.constant(self._tuned["answer.1.bias"])])
        inner = self.node("Gelu", [inner], domain="com.microsoft")
        last = self.node("MatMul", [inner, self.constant(self._tuned["answer.4.weight"][:ANSWERS].T.copy())])
        self.node("Add", [last, self.constant(self._tuned["answer.4.bias"][:ANSWERS])], output="answers")
        wanted = inputs(helper.make_tensor_value_info("ids", WHOLE, ["tokens"]))
        outputs = [helper.make_tensor_value_info("answers", FLOAT, ["texts", ANSWERS])]
        return self.model("use-multilingual-tuned", wanted, outputs)

    def _embed(self) -> str:
        added = self.node("MatMul", [self._learnt, self.constant(self._tuned["spread"])])
        return self.node("Add", [super()._embed(), added])

    def _projected(self) -> str:
        matrix = self._tuned["spread"] @ self._tuned["projection.weight"].T
        return self.node("Add", [super()._projected(), self.node("MatMul", [self._learnt, self.constant(matrix)])])

    def _attended(self, joined: str) -> str:
        """The mean over the tokens, each as much as it is heeded (texts, 1280)."""
        scores = self.node("MatMul", [joined, self.constant(self._tuned["attention.weight"].T.copy())])
        scores = self.node("Tanh", [self.node("Add", [scores, self.constant(self._tuned["attention.bias"])])])
        heeded = self.node("Exp", [self.node("Mul", [scores, self.constant(np.float32(STEEPEST))])])
        total = self.node("MatMul", ["spread", self.node("Mul", [joined, heeded])])
        return self.node("Div", [total, self.node("MatMul", ["spread", heeded])])


def _under_old_names(tuned: Mapping[str, Vector]) -> dict[str, Vector]:
    """The parameters that the encoder has too, under the names by which its graph is built."""
    found = {name.removeprefix("deep."): value for name, value in tuned.items() if name.startswith("deep.")}
    found |= {"ln_g": tuned["last_norm.weight"], "ln_b": tuned["last_norm.bias"]}
    parts = {
        "proj": np.split(tuned["projection.weight"].T, len(WINDOWS), axis=1),
        "proj_b": np.split(tuned["projection.bias"], len(WINDOWS)),
        "ln_g": np.split(tuned["first_norm.weight"], len(WINDOWS)),
        "ln_b": np.split(tuned["first_norm.bias"], len(WINDOWS)),
    }
    for at, (length, _) in enumerate(WINDOWS):
        found |= {f"{name}{length}": values[at] for name, values in parts.items()}
        for step in (1, 2):
            found[f"w{step}_{length}"] = tuned[f"convolutions.{step}_{length}.weight"]
            found[f"b{step}_{length}"] = tuned[f"convolutions.{step}_{length}.bias"]
    return found


def _ranges(network: Multilingual, tokens: Sequence[Sequence[int]]) -> dict[str, float]:
    """The largest usual magnitude at each convolution's input, padding left out."""
    seen: dict[str, list[float]] = {}

    def keep(name: str) -> object:
        def hook(_: torch.nn.Module, given: tuple[torch.Tensor, torch.Tensor], __: torch.Tensor) -> None:
            x, mask = given
            magnitudes = np.abs(x.float().numpy()[mask[:, :, 0].numpy() > 0])
            seen.setdefault(name, []).append(float(np.quantile(magnitudes, _EXTREME)))

        return hook

    hooks = [
        module.register_forward_hook(keep(name))
        for name, module in network.convolutions.items()
        if isinstance(module, Convolution)
    ]
    ordered = sorted(tokens, key=len)
    with torch.inference_mode():
        for start in range(0, len(ordered), _SEEN):
            network(ordered[start : start + _SEEN])
    for each in hooks:
        each.remove()
    return {f"w{name}": max(values) for name, values in seen.items()}
