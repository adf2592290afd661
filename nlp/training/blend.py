"""Fits how the heads and the English network are asked together, on held-out texts that neither has learnt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from nlp.base import Vector
from nlp.clean import clean
from nlp.encoder import Encoder
from nlp.english import EnglishNetwork
from nlp.files import ModelFiles
from nlp.heads.intents import IntentHead
from nlp.heads.sentiment import SentimentHead
from nlp.training.features import features
from nlp.training.files import save
from nlp.training.fit import weights_of_rare
from nlp.training.heads import HEADS
from nlp.training.mix import CLASS, ENGLISH, MIXED, NO_NEUTRAL, WEIGHT, WISHES, targets_of
from nlp.training.sets import examples

_FEW = 50  # held-out texts of a kind below which both opinions count alike
_ALIKE = (0.5, 0.5, 0.0)
_PULL = 1e-3  # how much a shift costs


def make_blend(data: Path, folder: Path, say: Callable[[str], None]) -> None:
    """Add the blend to the heads' file, which must be there with the English network."""
    files = ModelFiles(folder, "")
    encoder, network = Encoder(files), EnglishNetwork(files)
    with np.load(folder / HEADS) as stored:
        arrays = {name: value for name, value in stored.items() if not name.startswith("blend.")}
    sentiment, intents = SentimentHead(arrays), IntentHead(arrays)
    heads, tuned, targets = [], [], []
    for source, found in examples(data, "dev", stated_only=False, keep=lambda _: True):
        english = [each for each in found if each.language in ENGLISH]
        if english:
            inputs = features(encoder, [each.text for each in english]).astype(np.float32)
            heads.append(np.concatenate([sentiment.logits(inputs), intents.logits(inputs)], axis=1))
            tuned.append(network([clean(each.text).spelled for each in english]))
            targets.append(targets_of(english, source.name))
    say(f"blending on {sum(map(len, targets))} held-out English texts")
    parts = fit_blend(np.concatenate(heads), np.concatenate(tuned), np.concatenate(targets))
    save(folder / HEADS, {**arrays, **parts})


def fit_blend(heads: Vector, network: Vector, targets: Vector) -> dict[str, npt.NDArray[np.float32]]:
    """The arrays that `Blend` reads, from both opinions (n, answers) and the targets (n, COLUMNS)."""
    truth = np.concatenate([targets[:, [MIXED]], targets[:, WISHES]], axis=1)
    lines = np.array([_line(heads[:, 3 + at], network[:, 3 + at], truth[:, at]) for at in range(truth.shape[1])])
    rows = (targets[:, CLASS] >= 0) & (targets[:, NO_NEUTRAL] == 0)
    ours, theirs, *shifts = _classes(heads[rows, :3], network[rows, :3], targets[rows])
    return {
        "blend.heads": np.array([*[ours] * 3, *lines[:, 0]], np.float32),
        "blend.network": np.array([*[theirs] * 3, *lines[:, 1]], np.float32),
        "blend.shift": np.array([*shifts, *lines[:, 2]], np.float32),
    }


def _classes(heads: Vector, network: Vector, targets: Vector) -> list[float]:
    """Two weights and three shifts for the classes of sentiment; rare classes count as they do in training."""
    first, second = torch.tensor(heads), torch.tensor(network)
    wanted, weights = torch.tensor(targets[:, CLASS]).long(), torch.tensor(targets[:, WEIGHT])

    def loss(free: torch.Tensor) -> torch.Tensor:
        answers = free[0] * first + free[1] * second + free[2:]
        losses = torch.nn.functional.cross_entropy(answers, wanted, reduction="none")
        return (losses * weights).mean() + _PULL * free[2:].square().sum()

    return _least(loss, [0.5, 0.5, 0.0, 0.0, 0.0])


def _line(heads: Vector, network: Vector, truth: Vector) -> tuple[float, float, float]:
    rows = truth >= 0
    wanted = truth[rows].astype(np.int64)
    if min(wanted.sum(), (wanted == 0).sum()) < _FEW:
        return _ALIKE
    first, second = torch.tensor(heads[rows]), torch.tensor(network[rows])
    aim = torch.tensor(wanted, dtype=torch.float32)
    weights = torch.tensor(weights_of_rare(wanted), dtype=torch.float32)

    def loss(free: torch.Tensor) -> torch.Tensor:
        answers = free[0] * first + free[1] * second + free[2]
        fitted = torch.nn.functional.binary_cross_entropy_with_logits(answers, aim, weights)
        return fitted + _PULL * (free[:2] - 0.5).square().sum()

    ours, theirs, shift = _least(loss, list(_ALIKE))
    return ours, theirs, shift


def _least(loss: Callable[[torch.Tensor], torch.Tensor], start: list[float]) -> list[float]:
    """Where the loss is least; the first two numbers are weights and do not fall below zero."""
    free = torch.nn.Parameter(torch.tensor(start))
    optimiser = torch.optim.LBFGS([free], max_iter=200)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        value = loss(torch.cat([free[:2].abs(), free[2:]]))
        value.backward()
        return value

    optimiser.step(closure)
    ours, theirs, *rest = free.detach().tolist()
    return [abs(ours), abs(theirs), *rest]
