"""Fits the lexicon: a row of evidence for each bucket of spelled parts, on the same mix as the multilingual network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from nlp.base import Vector
from nlp.heads.lexicon import WEIGHTS, spelled
from nlp.ngrams import Grams
from nlp.training.files import save
from nlp.training.graph import int8
from nlp.training.losses import ANSWERS, joint_loss
from nlp.training.mix import training_mix
from nlp.training.multilingual import RATES

_BUCKETS = 1 << 18
_EPOCHS = 3
_BATCH = 256
_RATE = 0.1
_SMALL = 1e-3  # what a large answer costs
_SEED = 0
_ONCE = 1.0  # more copies would only be learnt by heart


def make_lexicon(data: Path, folder: Path, say: Callable[[str], None], *, stated_only: bool) -> None:
    """Fit and write the lexicon: two minutes on two cores."""
    rates = {name: min(rate, _ONCE) for name, rate in RATES.items()}
    mix = training_mix(data, rates, keep=lambda _: True, stated_only=stated_only, own=1)
    say(f"fitting the lexicon on {len(mix.texts)} texts")
    table, bias = fit_lexicon(spelled(mix.texts, _BUCKETS), mix.targets)
    rows, scales = int8(table)
    save(folder / WEIGHTS, {"table": rows, "scales": scales, "bias": bias})


def fit_lexicon(found: Grams, targets: Vector) -> tuple[Vector, Vector]:
    """Rows (buckets, ANSWERS) and bias (ANSWERS,) for texts whose targets are (n, COLUMNS)."""
    torch.manual_seed(_SEED)
    rows = torch.nn.EmbeddingBag(_BUCKETS, ANSWERS, mode="sum", sparse=True)
    torch.nn.init.zeros_(rows.weight)
    bias = torch.nn.Parameter(torch.zeros(ANSWERS))
    optimiser = torch.optim.Adagrad([{"params": [rows.weight], "lr": _RATE}, {"params": [bias], "lr": _RATE / 2}])
    draw = np.random.default_rng(_SEED)
    for _ in range(_EPOCHS):
        order = draw.permutation(len(targets))
        for at in range(0, len(order) - _BATCH + 1, _BATCH):
            some = order[at : at + _BATCH]
            answers = rows(*_bag(found, some)) + bias
            loss = joint_loss(answers, torch.tensor(targets[some])) + _SMALL * answers.square().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return rows.weight.detach().numpy(), bias.detach().numpy()


def _bag(found: Grams, rows: npt.NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The buckets of these texts, where each begins, and their weights: one over the root of their number."""
    buckets = np.concatenate([found.buckets[found.starts[row] : found.starts[row + 1]] for row in rows])
    counts = found.counts[rows]
    begins = np.concatenate([[0], np.cumsum(counts)[:-1]])
    weights = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts).astype(np.float32)
    return torch.tensor(buckets.astype(np.int64)), torch.tensor(begins), torch.tensor(weights)
