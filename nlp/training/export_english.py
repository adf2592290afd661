"""Writes the tuned English network as an ONNX graph with int8 matrices and fixed scales."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from onnx import ModelProto, helper

from nlp.training.graph import FLOAT, WHOLE, Graph, int8
from nlp.training.losses import ANSWERS
from nlp.training.minilm import English

_HEADS = 12
_CUT = 1e-5  # share of the extreme values at each end that may be clipped
_SEEN = 64  # texts at a time while the ranges are measured

_Array = npt.NDArray[np.float32]


def export_english(network: English, tokens: Sequence[Sequence[int]]) -> ModelProto:
    """The graph from `ids` (texts, tokens), padded with 0, and `lengths` (texts) to `answers` (texts, ANSWERS).

    `tokens` are texts like those that will be read: the ranges of all values are measured on them.
    """
    ranges = _ranges(network, tokens)
    weights = {name: value.detach().float().numpy() for name, value in network.state_dict().items()}
    epsilon = float(network.encoder.config.layer_norm_eps)
    graph = Graph()
    wide = graph.node("Shape", ["ids"])
    x = _embedded(graph, weights, wide, epsilon)
    for number in range(network.encoder.config.num_hidden_layers):
        x = _layer(graph, weights, ranges, f"encoder.encoder.layer.{number}.", x, wide, epsilon)
    _answers(graph, weights, x, wide)
    inputs = [
        helper.make_tensor_value_info("ids", WHOLE, ["texts", "tokens"]),
        helper.make_tensor_value_info("lengths", 6, ["texts"]),
    ]
    outputs = [helper.make_tensor_value_info("answers", FLOAT, ["texts", ANSWERS])]
    return graph.model("minilm-l6-tuned", inputs, outputs)


def _embedded(graph: Graph, weights: dict[str, _Array], wide: str, epsilon: float) -> str:
    """Word, place and kind of each token (texts, tokens, width), with the words' table in int8."""
    table = weights["encoder.embeddings.word_embeddings.weight"]
    rows, scales = int8(np.ascontiguousarray(table.T))
    words = graph.node("Cast", [graph.node("Gather", [graph.constant(rows.T.copy()), "ids"], axis=0)], to=FLOAT)
    steps = graph.node("Gather", [graph.constant(scales[:, None]), "ids"], axis=0)
    places = weights["encoder.embeddings.position_embeddings.weight"]
    places = places + weights["encoder.embeddings.token_type_embeddings.weight"][0]
    one, two, zero = (graph.constant(np.array([number])) for number in (1, 2, 0))
    count = graph.node("Slice", [wide, one, two, zero])
    here = graph.node("Slice", [graph.constant(places[:320]), zero, count, zero])
    summed = graph.node("Add", [graph.node("Mul", [words, steps]), here])
    norm = "encoder.embeddings.LayerNorm."
    return graph.node(
        "Reshape",
        [
            graph.normalise(summed, weights[norm + "weight"], weights[norm + "bias"], epsilon),
            graph.constant(np.array([-1, table.shape[1]])),
        ],
    )


def _layer(
    graph: Graph,
    weights: dict[str, _Array],
    ranges: dict[str, tuple[float, float]],
    name: str,
    x: str,
    wide: str,
    epsilon: float,
) -> str:
    """One layer on all tokens of the batch end to end (texts * tokens, width)."""

    def linear(part: str, whole: tuple[str, str, str]) -> str:
        return graph.product(whole, weights[f"{name}{part}.weight"].T, weights[f"{name}{part}.bias"])

    width = weights[f"{name}output.dense.bias"].shape[0]
    apart = graph.node("Concat", [wide, graph.constant(np.array([width]))], axis=0)
    together = graph.constant(np.array([-1, width]))
    whole = graph.quantised(x, *ranges[f"{name}attention.self.query"])
    parts = [
        graph.node("Reshape", [linear(f"attention.self.{each}", whole), apart]) for each in ("query", "key", "value")
    ]
    heeded = graph.node(
        "MultiHeadAttention", [*parts, "", "lengths"], domain="com.microsoft", num_heads=_HEADS, unidirectional=0
    )
    heeded = graph.node("Reshape", [heeded, together])
    part = "attention.output.dense"
    x = graph.node("Add", [linear(part, graph.quantised(heeded, *ranges[name + part])), x])
    norm = f"{name}attention.output.LayerNorm."
    x = graph.normalise(x, weights[norm + "weight"], weights[norm + "bias"], epsilon)
    part = "intermediate.dense"
    inner = graph.node("Gelu", [linear(part, graph.quantised(x, *ranges[name + part]))], domain="com.microsoft")
    part = "output.dense"
    x = graph.node("Add", [linear(part, graph.quantised(inner, *ranges[name + part])), x])
    norm = f"{name}output.LayerNorm."
    return graph.normalise(x, weights[norm + "weight"], weights[norm + "bias"], epsilon)


def _answers(graph: Graph, weights: dict[str, _Array], x: str, wide: str) -> None:
    width = weights["encoder.embeddings.LayerNorm.bias"].shape[0]
    states = graph.node("Reshape", [x, graph.node("Concat", [wide, graph.constant(np.array([width]))], axis=0)])
    longest = graph.node("Gather", [wide, graph.constant(np.array(1))], axis=0)
    places = graph.node("Range", [graph.constant(np.array(0)), longest, graph.constant(np.array(1))])
    counts = graph.node("Cast", ["lengths"], to=WHOLE)
    counts = graph.node("Unsqueeze", [counts, graph.constant(np.array([1]))])
    inside = graph.node("Cast", [graph.node("Less", [places, counts])], to=FLOAT)
    total = graph.node("MatMul", [graph.node("Unsqueeze", [inside, graph.constant(np.array([1]))]), states])
    total = graph.node("Squeeze", [total, graph.constant(np.array([1]))])
    mean = graph.node("Div", [total, graph.node("Cast", [counts], to=FLOAT)])
    first = graph.node("Gather", [states, graph.constant(np.array(0))], axis=1)
    _last(graph, weights, graph.node("Concat", [mean, first], axis=1))


def _last(graph: Graph, weights: dict[str, _Array], pooled: str) -> None:
    """The last two layers, to the output `answers`; what only helped in training is left out."""
    hidden = graph.node(
        "Add", [graph.half(pooled, weights["answer.1.weight"].T), graph.constant(weights["answer.1.bias"])]
    )
    hidden = graph.node("Gelu", [hidden], domain="com.microsoft")
    last = graph.node("MatMul", [hidden, graph.constant(weights["answer.4.weight"][:ANSWERS].T.copy())])
    graph.node("Add", [last, graph.constant(weights["answer.4.bias"][:ANSWERS])], output="answers")


def _ranges(network: English, tokens: Sequence[Sequence[int]]) -> dict[str, tuple[float, float]]:
    """Between which values the input of every linear layer lies, padding left out by texts of one length at a time."""
    seen: dict[str, list[tuple[float, float]]] = {}

    def keep(name: str) -> object:
        def hook(_: torch.nn.Module, given: tuple[torch.Tensor, ...], __: torch.Tensor) -> None:
            values = given[0].flatten().float().numpy()
            low, high = np.quantile(values, (_CUT, 1 - _CUT))
            seen.setdefault(name, []).append((float(low), float(high)))

        return hook

    hooks = [
        module.register_forward_hook(keep(name))
        for name, module in network.named_modules()
        if isinstance(module, torch.nn.Linear) and name.startswith("encoder.")
    ]
    ordered = sorted(tokens, key=len)
    with torch.inference_mode():
        for start in range(0, len(ordered), _SEEN):
            network(ordered[start : start + _SEEN])
    for each in hooks:
        each.remove()
    return {name: (min(low for low, _ in each), max(high for _, high in each)) for name, each in seen.items()}
