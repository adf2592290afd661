"""Which texts a fine-tuned encoder sees, how often each set is shown, and what is known of each text as numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.base import Vector
from nlp.clean import clean
from nlp.heads.intents import OUTPUTS
from nlp.training.labels import UNKNOWN, Example
from nlp.training.sets import examples, seeds

# Columns of a row of targets.
CLASS, MIXED, WEIGHT, NO_NEUTRAL = range(4)
WISHES = slice(4, 4 + len(OUTPUTS))
EMOTION, IRONY = WISHES.stop, WISHES.stop + 1
COLUMNS = IRONY + 1

_HEAVIEST = 2.0  # how much more a rare class of a set may count
_NO_NEUTRAL = "sentiment/mozetic_tweets13"  # its neutral tweets were left out, so it says nothing about that class
_SEED = 11


@dataclass(frozen=True, slots=True)
class Mix:
    """Cleaned texts (n) and their targets (n, COLUMNS), in the order in which they are shown."""

    texts: Sequence[str]
    targets: Vector


def in_english(example: Example) -> bool:
    """Whether it is English; the one set that names no language is English by far."""
    return example.language in ("en", "")


def training_mix(
    data: Path, rates: Mapping[str, float], *, keep: Callable[[Example], bool], stated_only: bool, own: int
) -> Mix:
    """Every set as often as `rates` says (1.5: all once, half of them twice; sets not named: not at all).

    `keep` picks by language; `own` is how often our own sentences come. Texts that a dev split holds are left out.
    """
    draw = np.random.default_rng(_SEED)
    chosen: list[Example] = []
    rows: list[Vector] = []
    pools = [
        (source.name, [each for each in found if keep(each) and each.labelled], rates[source.name])
        for source, found in examples(data, "train", stated_only=stated_only, keep=lambda each: each.name in rates)
    ]
    pools.append(("", [each for each in seeds(1) if keep(each)], own))
    for name, found, rate in pools:
        if not found:
            continue
        targets = targets_of(found, name)
        order = np.concatenate([draw.permutation(len(found)) for _ in range(int(np.ceil(rate)))])
        picked = order[: round(rate * len(found))]
        chosen += [found[number] for number in picked]
        rows.append(targets[picked])
    order = draw.permutation(len(chosen))
    joined, held_out = np.concatenate(rows), _held_out(data, keep)
    texts = [clean(each.text).spelled for each in chosen]
    order = np.array([number for number in order if texts[number] not in held_out])
    return Mix([texts[number] for number in order], joined[order])


def _held_out(data: Path, keep: Callable[[Example], bool]) -> frozenset[str]:
    found = examples(data, "dev", stated_only=False, keep=lambda _: True)
    return frozenset(clean(each.text).spelled for _, some in found for each in some if keep(each))


def targets_of(found: Sequence[Example], name: str) -> Vector:
    """One row for each example of the set `name`; what is not known is UNKNOWN."""
    classes = np.array([each.sentiment for each in found])
    targets = np.full((len(found), COLUMNS), UNKNOWN, np.float32)
    targets[:, CLASS] = classes
    targets[:, MIXED] = [each.mixed for each in found]
    targets[:, WEIGHT] = np.where(classes >= 0, _weights(classes)[classes], 0)
    targets[:, NO_NEUTRAL] = name == _NO_NEUTRAL
    targets[:, WISHES] = [[each.intents.get(output, UNKNOWN) for output in OUTPUTS] for each in found]
    targets[:, EMOTION] = [each.emotion for each in found]
    targets[:, IRONY] = [each.irony for each in found]
    return targets


def _weights(classes: npt.NDArray[np.int64]) -> Vector:
    counts = np.bincount(classes[classes >= 0], minlength=3).astype(np.float64)
    weights: Vector = np.sqrt(counts.sum() / np.maximum(counts, 1) / max((counts > 0).sum(), 1)).clip(0, _HEAVIEST)
    return weights
