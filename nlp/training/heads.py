"""Fits sentiment and intents on the encoder's features and calibrates them on texts they have not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from nlp.base import Vector
from nlp.encoder import Encoder
from nlp.files import ModelFiles
from nlp.heads.inputs import DEEP, WIDE
from nlp.heads.intents import OUTPUTS, IntentNetworks
from nlp.heads.perceptron import Perceptron, sigmoid
from nlp.training.features import features
from nlp.training.files import save
from nlp.training.fit import Recipe, best_threshold, fit, platt, temperature
from nlp.training.losses import sentiment_loss, wishes_loss
from nlp.training.mix import WISHES, targets_of
from nlp.training.sets import examples, seeds

HEADS = "heads.npz"

_Half: TypeAlias = npt.NDArray[np.float16]

_FEW = 50  # held-out texts of a kind below which no calibration is tried


@dataclass(slots=True)
class _Pool:
    """Inputs and targets of what one head learns from."""

    inputs: list[_Half] = field(default_factory=list)
    targets: list[Vector] = field(default_factory=list)

    def add(self, inputs: _Half, targets: Vector, copies: int = 1) -> None:
        self.inputs += [inputs] * copies
        self.targets += [targets] * copies

    def joined(self) -> tuple[_Half, Vector]:
        return np.concatenate(self.inputs), np.concatenate(self.targets)


def make_heads(data: Path, folder: Path, say: Callable[[str], None], *, stated_only: bool) -> None:
    """Fit both heads and write them beside the encoder."""
    encoder = Encoder(ModelFiles(folder, ""))  # the manifest is written last
    sentiment, intents = _pools(encoder, data, "train", say, stated_only=stated_only)
    own = seeds()
    inputs = features(encoder, [each.text for each in own])
    sentiment.add(inputs[:, WIDE], targets_of(own, ""))
    intents.add(inputs, targets_of(own, "")[:, WISHES])
    arrays = {**_fit_sentiment(*sentiment.joined()), **_fit_intents(*intents.joined())}
    say("heads fitted")
    held_out = _pools(encoder, data, "dev", say, stated_only=stated_only)
    save(folder / HEADS, {**arrays, **_calibrated(arrays, *held_out)})


def _pools(
    encoder: Encoder, data: Path, split: str, say: Callable[[str], None], *, stated_only: bool
) -> tuple[_Pool, _Pool]:
    """What sentiment and what intents learn from."""
    sentiment, intents = _Pool(), _Pool()
    for source, found in examples(data, split, stated_only=stated_only, keep=lambda _: True):
        inputs, targets = features(encoder, [each.text for each in found]), targets_of(found, source.name)
        copies = source.copies if split == "train" else 1
        sentiment.add(inputs[:, WIDE], targets, copies)
        if source.intents:
            intents.add(inputs[: source.intents], targets[: source.intents, WISHES], copies)
        say(f"{source.name} {split}: {len(found)} texts")
    return sentiment, intents


def _fit_sentiment(inputs: _Half, feelings: Vector) -> dict[str, _Half]:
    rows = (feelings[:, 0] >= 0) | (feelings[:, 1] >= 0)
    return fit("sentiment", inputs[rows], feelings[rows], sentiment_loss, Recipe(outputs=4, hidden=384))


def _fit_intents(inputs: _Half, wishes: Vector) -> dict[str, _Half]:
    """Two networks; texts of which nothing but the absence of a question is known are left out."""
    rows = ((wishes >= 0).sum(1) > 1) | (wishes > 0).any(1)
    inputs, wishes = inputs[rows], wishes[rows]
    recipe = Recipe(outputs=len(OUTPUTS))
    wide = fit("intents.wide", inputs[:, WIDE], wishes, wishes_loss, recipe)
    return {**wide, **fit("intents.deep", inputs[:, DEEP], wishes, wishes_loss, replace(recipe, epochs=4))}


def _calibrated(arrays: Mapping[str, _Half], sentiment: _Pool, intents: _Pool) -> dict[str, npt.NDArray[np.float32]]:
    inputs, feelings = sentiment.joined()
    rows = (feelings[:, 0] >= 0) & (feelings[:, 3] == 0)
    logits = Perceptron(arrays, "sentiment")(inputs[rows])[:, :3]
    degrees = temperature(logits, feelings[rows, 0].astype(np.int64))
    inputs, wishes = intents.joined()
    answers = IntentNetworks(arrays)(inputs)
    lines = [_line(answers[:, number], wishes[:, number]) for number in range(len(OUTPUTS))]
    slopes, shifts, thresholds = np.array(lines, np.float32).T
    return {
        "sentiment.temperature": np.array(degrees, np.float32),
        "intents.slopes": slopes,
        "intents.shifts": shifts,
        "intents.thresholds": thresholds,
    }


def _line(logits: Vector, wanted: Vector) -> tuple[float, float, float]:
    """Slope, shift and threshold of one output; the plain sigmoid and one half where too little is known."""
    rows = wanted >= 0
    truth = wanted[rows].astype(np.int64)
    if truth.sum() < _FEW or (truth == 0).sum() < _FEW:
        return 1.0, 0.0, 0.5
    slope, shift = platt(logits[rows], truth)
    return slope, shift, best_threshold(sigmoid(logits[rows] * slope + shift), truth)
