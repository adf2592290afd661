"""Fits one head: a small network with one hidden layer, and calibrates what it says on held-out texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from nlp.base import Vector

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Arrays = Mapping[str, npt.NDArray[np.floating]]

_BATCH = 512
_SEED = 20
_LEAST_COMMON = 0.1
_NEARLY = 0.99  # of the best F1


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How long and how hard to train."""

    outputs: int
    hidden: int = 256
    epochs: int = 3
    rate: float = 1e-3
    decay: float = 1e-2
    dropout: float = 0.3


def fit(
    name: str, inputs: npt.NDArray[np.float16], targets: Vector, loss: Loss, recipe: Recipe
) -> dict[str, npt.NDArray[np.float16]]:
    """Train on (n, width) inputs and return the arrays `Perceptron` reads. Same data, same machine, same result."""
    torch.manual_seed(_SEED)
    sample = inputs[::10].astype(np.float32)
    mean, scale = sample.mean(0), sample.std(0) + 0.02
    network = torch.nn.Sequential(
        torch.nn.Dropout(0.1),
        torch.nn.Linear(inputs.shape[1], recipe.hidden),
        torch.nn.ReLU(),
        torch.nn.Dropout(recipe.dropout),
        torch.nn.Linear(recipe.hidden, recipe.outputs),
    )
    _train(network, lambda rows: _standard(inputs[rows], mean, scale), targets, loss, recipe)
    inner, outer = network[1], network[4]
    parts = {
        "mean": mean,
        "scale": scale,
        "inner": inner.weight.detach().numpy().T,
        "inner_bias": inner.bias.detach().numpy(),
        "outer": outer.weight.detach().numpy().T,
        "outer_bias": outer.bias.detach().numpy(),
    }
    return {f"{name}.{part}": value.astype(np.float16) for part, value in parts.items()}


def _train(
    network: torch.nn.Module,
    batch: Callable[[npt.NDArray[np.int64]], torch.Tensor],
    targets: Vector,
    loss: Loss,
    recipe: Recipe,
) -> None:
    steps = len(targets) // _BATCH
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.rate, total_steps=recipe.epochs * steps + 1)
    draw = np.random.default_rng(_SEED)
    for _ in range(recipe.epochs):
        order = draw.permutation(len(targets))
        for step in range(steps):
            rows = np.sort(order[step * _BATCH : (step + 1) * _BATCH])
            optimiser.zero_grad()
            loss(network(batch(rows)), torch.tensor(targets[rows])).backward()
            optimiser.step()
            schedule.step()


def _standard(inputs: npt.NDArray[np.float16], mean: Vector, scale: Vector) -> torch.Tensor:
    return torch.tensor((inputs.astype(np.float32) - mean) / scale).clamp(-6, 6)


def temperature(logits: Vector, classes: npt.NDArray[np.int64]) -> float:
    """The temperature at which these held-out answers are best calibrated (least log loss)."""
    choices = np.linspace(0.6, 3.0, 49)
    return float(min(choices, key=lambda each: _log_loss(logits / each, classes)))


def platt(logits: Vector, truth: npt.NDArray[np.int64]) -> tuple[float, float]:
    """Slope and shift that make the sigmoid of held-out logits a probability.

    Where fewer than a tenth are true, they count as a tenth: labelled sets say little about how common something is.
    """
    line = torch.nn.Parameter(torch.tensor([1.0, 0.0]))
    optimiser = torch.optim.LBFGS([line], max_iter=100)
    weights = torch.tensor(weights_of_rare(truth), dtype=torch.float32)
    given, wanted = torch.tensor(logits, dtype=torch.float32), torch.tensor(truth, dtype=torch.float32)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        answer = given * line[0] + line[1]
        value = (
            torch.nn.functional.binary_cross_entropy_with_logits(answer, wanted, weights) + 1e-3 * (line[0] - 1) ** 2
        )
        value.backward()
        return value

    optimiser.step(closure)
    slope, shift = line.detach().tolist()
    return max(slope, 0.05), shift


def weights_of_rare(truth: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """One weight a text (n,): where fewer than a tenth are true, they count as a tenth."""
    rarity = max(1.0, _LEAST_COMMON * (truth == 0).sum() / ((1 - _LEAST_COMMON) * max(truth.sum(), 1)))
    return np.where(truth == 1, rarity, 1.0)


def best_threshold(chances: Vector, truth: npt.NDArray[np.int64]) -> float:
    """The lowest threshold from 0.25 to 0.7 whose F1 on held-out answers is nearly the best.

    The lowest, since a report that is missed costs more than one that is looked at in vain.
    """
    choices = np.linspace(0.25, 0.7, 46)
    scores = [_f1(chances >= each, truth == 1) for each in choices]
    return float(next(each for each, score in zip(choices, scores, strict=True) if score >= _NEARLY * max(scores)))


def _f1(found: npt.NDArray[np.bool_], true: npt.NDArray[np.bool_]) -> float:
    both = float((found & true).sum())
    return 2 * both / max(float(found.sum() + true.sum()), 1.0)


def _log_loss(logits: Vector, classes: npt.NDArray[np.int64]) -> float:
    logits = logits - logits.max(1, keepdims=True)
    return float((np.log(np.exp(logits).sum(1)) - logits[np.arange(len(classes)), classes]).mean())
