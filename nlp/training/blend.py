"""Fits how heads, networks and lexicon are asked together, on held-out texts that none of them has learnt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from nlp.base import Intent, Vector
from nlp.clean import clean
from nlp.encoder import Encoder
from nlp.files import ModelFiles
from nlp.heads.blend import Blend
from nlp.heads.intents import OUTPUTS
from nlp.heads.perceptron import sigmoid
from nlp.opinions import ENGLISH, OPINIONS, OTHERS, Asked, Opinions
from nlp.training.files import save
from nlp.training.fit import best_threshold, weights_of_rare
from nlp.training.heads import HEADS
from nlp.training.labels import UNKNOWN, Example
from nlp.training.mix import CLASS, MIXED, NO_NEUTRAL, WEIGHT, WISHES, in_english, targets_of
from nlp.training.sets import examples

_FEW = 50  # held-out texts of a kind below which nothing is fitted
_UNTESTED = (1.0, 0.0, 0.0)  # weights then: the heads alone are calibrated by themselves
_TOO_FREE = (Intent.COMPLAINT,)  # stars label the clear ones alone, which any threshold tells apart
_PULL = 1e-3  # how much a shift, or a weight unlike the others', costs

_Line = tuple[Vector, float]  # a weight for each opinion, and a shift


def make_blend(data: Path, folder: Path, say: Callable[[str], None]) -> None:
    """Add the blends to the heads' file, which must be there with networks and lexicon."""
    files = ModelFiles(folder, "")
    with np.load(folder / HEADS) as stored:
        arrays = {name: value for name, value in stored.items() if not name.startswith("blend.")}
    kept = arrays["intents.thresholds"]
    encoder = Encoder(files)
    opinions = Opinions(files, encoder, arrays)
    found: dict[str, list[tuple[Vector, Vector]]] = {ENGLISH: [], OTHERS: []}
    for source, held_out in examples(data, "dev", stated_only=False, keep=lambda _: True):
        for name, parts in found.items():
            some = [each for each in held_out if in_english(each) == (name == ENGLISH)]
            if some:
                parts.append((_opinions(opinions, encoder, some, name), _telling(targets_of(some, source.name))))
    blended: list[tuple[Vector, Vector]] = []
    for name, parts in found.items():
        given = np.concatenate([each for each, _ in parts], axis=1)
        targets = np.concatenate([each for _, each in parts])
        say(f"blending on {len(targets)} held-out texts: {name}")
        arrays |= fit_blend(given, targets, name)
        blended.append((Blend(arrays, name)(given)[:, 4:], targets[:, WISHES]))
    arrays["intents.thresholds"] = _thresholds(kept, blended)
    save(folder / HEADS, arrays)


def _thresholds(kept: Vector, blended: Sequence[tuple[Vector, Vector]]) -> Vector:
    """For each output of intents the probability from which on it holds.

    It is the heads' own, `kept`, where English or the rest labels too few texts for a better one.
    """
    found = np.asarray(kept, np.float32).copy()
    for at, name in enumerate(OUTPUTS):
        known = [(logits[:, at], truth[:, at].astype(np.int64)) for logits, truth in blended]
        known = [(logits[truth >= 0], truth[truth >= 0]) for logits, truth in known]
        if name in _TOO_FREE:
            found[at] = 0.5
        elif all(min(truth.sum(), (truth == 0).sum()) >= _FEW for _, truth in known):
            logits, wanted = (np.concatenate(each) for each in zip(*known, strict=True))
            found[at] = best_threshold(sigmoid(logits), wanted)
    return found


def _telling(targets: Vector) -> Vector:
    """The targets without what a set only denies: that no tweet reports a bug does not say how common reports are."""
    found = targets.copy()
    wishes = found[:, WISHES]
    wishes[:, ~(wishes == 1).any(axis=0)] = UNKNOWN
    return found


def _opinions(opinions: Opinions, encoder: Encoder, texts: Sequence[Example], name: str) -> Vector:
    """Every opinion's logits (OPINIONS, n, answers)."""
    spelled = [clean(each.text).spelled for each in texts]
    asked = Asked([each.text for each in texts], spelled, encoder.encode(spelled))
    network = opinions.network(asked, range(len(texts)), english=name == ENGLISH)
    return np.stack([opinions.heads(asked), network, opinions.lexicon(asked)])


def fit_blend(opinions: Vector, targets: Vector, name: str) -> dict[str, npt.NDArray[np.float32]]:
    """The arrays that `Blend` reads, from the opinions (OPINIONS, n, answers) and the targets (n, COLUMNS)."""
    truth = np.concatenate([targets[:, [MIXED]], targets[:, WISHES]], axis=1)
    lines = [_line(opinions[:, :, 3 + at], truth[:, at]) for at in range(truth.shape[1])]
    rows = (targets[:, CLASS] >= 0) & (targets[:, NO_NEUTRAL] == 0)
    weights, shifts = _classes(opinions[:, rows, :3], targets[rows])
    return {
        f"blend.{name}.weights": np.stack([*[weights] * 3, *(each for each, _ in lines)], axis=1),
        f"blend.{name}.shift": np.array([*shifts, *(shift for _, shift in lines)], np.float32),
    }


def _classes(opinions: Vector, targets: Vector) -> tuple[Vector, Vector]:
    """The opinions' weights and three shifts for the classes of sentiment; rare classes count as in training."""
    given = torch.tensor(opinions)
    wanted, weights = torch.tensor(targets[:, CLASS]).long(), torch.tensor(targets[:, WEIGHT])

    def loss(shares: torch.Tensor, shifts: torch.Tensor) -> torch.Tensor:
        answers = torch.einsum("o,onc->nc", shares, given) + shifts
        losses = torch.nn.functional.cross_entropy(answers, wanted, reduction="none")
        return (losses * weights).mean() + _PULL * shifts.square().sum()

    return _least(loss, shifts=3)


def _line(opinions: Vector, truth: Vector) -> _Line:
    """The opinions' weights and the shift of one output."""
    rows = truth >= 0
    wanted = truth[rows].astype(np.int64)
    if min(wanted.sum(), (wanted == 0).sum()) < _FEW:
        return np.array(_UNTESTED, np.float32), 0.0
    given, aim = torch.tensor(opinions[:, rows]), torch.tensor(wanted, dtype=torch.float32)
    weights = torch.tensor(weights_of_rare(wanted), dtype=torch.float32)

    def loss(shares: torch.Tensor, shifts: torch.Tensor) -> torch.Tensor:
        answers = shares @ given + shifts
        fitted = torch.nn.functional.binary_cross_entropy_with_logits(answers, aim, weights)
        return fitted + _PULL * (shares - 1 / OPINIONS).square().sum()

    shares, shifts = _least(loss, shifts=1)
    return shares, float(shifts[0])


def _least(loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], *, shifts: int) -> tuple[Vector, Vector]:
    """The weights, none of them below zero, and the shifts where the loss is least."""
    shares = torch.nn.Parameter(torch.full((OPINIONS,), 1 / OPINIONS))
    moved = torch.nn.Parameter(torch.zeros(shifts))
    optimiser = torch.optim.LBFGS([shares, moved], max_iter=200)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        value = loss(shares.abs(), moved)
        value.backward()
        return value

    optimiser.step(closure)
    return shares.detach().abs().numpy(), moved.detach().numpy()
