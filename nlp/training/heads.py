"""Fits sentiment and intents on the encoder's features and calibrates them on texts they have not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from nlp.base import Vector
from nlp.encoder import Encoder
from nlp.files import open_files
from nlp.heads.intents import OUTPUTS
from nlp.heads.perceptron import Perceptron, sigmoid
from nlp.training.features import features
from nlp.training.files import save
from nlp.training.fit import Recipe, best_threshold, fit, intents_loss, platt, sentiment_loss, temperature
from nlp.training.labels import UNKNOWN, Example
from nlp.training.sets import examples, seeds

HEADS = "heads.npz"

_Half: TypeAlias = npt.NDArray[np.float16]

_HEAVIEST = 2.0  # how much more a rare class of a set may count
_NO_NEUTRAL = "sentiment/mozetic_tweets13"  # its neutral tweets were left out, so it says nothing about that class
_FEW = 30  # held-out texts of a kind below which no calibration is tried


@dataclass(slots=True)
class _Pool:
    """Features and targets of one split."""

    inputs: list[_Half] = field(default_factory=list)
    sentiment: list[Vector] = field(default_factory=list)
    intents: list[Vector] = field(default_factory=list)

    def add(self, inputs: _Half, sentiment: Vector, intents: Vector) -> None:
        self.inputs.append(inputs)
        self.sentiment.append(sentiment)
        self.intents.append(intents)

    def joined(self) -> tuple[_Half, Vector, Vector]:
        return np.concatenate(self.inputs), np.concatenate(self.sentiment), np.concatenate(self.intents)


def make_heads(data: Path, folder: Path, say: Callable[[str], None], *, stated_only: bool) -> None:
    """Fit both heads and write them beside the encoder."""
    encoder = Encoder(open_files(folder))
    known = _pool(encoder, data, "train", say, stated_only=stated_only)
    own = seeds()
    known.add(features(encoder, [each.text for each in own]), _feelings(own, ""), _wishes(own))
    inputs, feelings, wishes = known.joined()
    say(f"fitting heads on {len(inputs)} texts")
    rows = (feelings[:, 0] >= 0) | (feelings[:, 1] >= 0)
    arrays = dict(fit("sentiment", inputs[rows], feelings[rows], sentiment_loss, Recipe(outputs=4, hidden=384)))
    say("sentiment fitted")
    rows = ((wishes >= 0).sum(1) > 1) | (wishes > 0).any(1)
    recipe = Recipe(outputs=len(OUTPUTS), epochs=4)
    arrays |= fit("intents", inputs[rows], wishes[rows], intents_loss, recipe)
    say("intents fitted")
    held_out = _pool(encoder, data, "dev", say, stated_only=stated_only).joined()
    save(folder / HEADS, {**arrays, **_calibrated(arrays, *held_out)})


def _pool(encoder: Encoder, data: Path, split: str, say: Callable[[str], None], *, stated_only: bool) -> _Pool:
    pool = _Pool()
    for source, found in examples(data, split, stated_only=stated_only, keep=lambda _: True):
        texts = [each.text for each in found]
        inputs = features(encoder, texts)
        for _ in range(source.copies if split == "train" else 1):
            pool.add(inputs, _feelings(found, source.name), _wishes(found))
        say(f"{source.name} {split}: {len(texts)} texts")
    return pool


def _feelings(found: Sequence[Example], name: str) -> Vector:
    """Class, mixed, weight and no-neutral for each example, as `sentiment_loss` wants them."""
    classes = np.array([each.sentiment for each in found])
    counts = np.bincount(classes[classes >= 0], minlength=3).astype(np.float64)
    weights = np.sqrt(counts.sum() / np.maximum(counts, 1) / max((counts > 0).sum(), 1)).clip(0, _HEAVIEST)
    targets = np.zeros((len(found), 4), np.float32)
    targets[:, 0] = classes
    targets[:, 1] = [each.mixed for each in found]
    targets[:, 2] = np.where(classes >= 0, weights[classes], 0)
    targets[:, 3] = name == _NO_NEUTRAL
    return targets


def _wishes(found: Sequence[Example]) -> Vector:
    return np.array([[each.intents.get(output, UNKNOWN) for output in OUTPUTS] for each in found], np.float32)


def _calibrated(
    arrays: dict[str, _Half], inputs: _Half, feelings: Vector, wishes: Vector
) -> dict[str, npt.NDArray[np.float32]]:
    rows = (feelings[:, 0] >= 0) & (feelings[:, 3] == 0)
    logits = Perceptron(arrays, "sentiment")(inputs[rows])[:, :3]
    degrees = temperature(logits, feelings[rows, 0].astype(np.int64))
    answers = Perceptron(arrays, "intents")(inputs)
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
