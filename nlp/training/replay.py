"""`python -m nlp.training.replay --data FOLDER`: writes the replay set that guards what corrections teach.

It is made of held-out texts of the sets that training may use, without the texts: frozen vectors in int8, the hashes of
their words, what the shipped heads say of them, and what is right. Write it anew whenever heads or encoder change.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from nlp.base import TextInput, Vector
from nlp.files import FOLDER, digest
from nlp.learning.replay import HEADS, REPLAY, Replay
from nlp.runtime import Understanding
from nlp.training.labels import UNKNOWN, Example
from nlp.training.sets import examples

_OF_EACH_SET = 60  # twice as many where intents are labelled, which fewer sets know


def make_replay(data: Path, folder: Path = FOLDER) -> int:
    """Write the replay set of the models in this folder; returns how many texts it stands for."""
    models = Understanding.load(folder=folder)
    found = list(_chosen(data))
    texts = models.untaught([TextInput(text=each.text) for each in found])
    replay = Replay(texts, _right(found, models.outputs), models.outputs, digest(folder / HEADS))
    replay.save(folder / REPLAY)
    return len(found)


def _chosen(data: Path) -> Iterator[Example]:
    for source, found in examples(data, "dev", stated_only=False, keep=lambda _: True):
        yield from found[: _OF_EACH_SET * (2 if source.name.startswith(("intent/", "spam/")) else 1)]


def _right(found: list[Example], outputs: Sequence[str]) -> Vector:
    """What is right (n, outputs): 1 holds, 0 does not, NaN unknown."""
    right = np.full((len(found), len(outputs)), np.nan, np.float32)
    for row, each in enumerate(found):
        if each.sentiment != UNKNOWN:
            right[row, :3] = np.arange(3) == each.sentiment
        right[row, 3] = np.nan if each.mixed == UNKNOWN else each.mixed
        for at, name in enumerate(outputs[4:], start=4):
            known = each.intents.get(name.removeprefix("intent:"), UNKNOWN)
            right[row, at] = np.nan if known == UNKNOWN else known
    return right


def main(arguments: list[str] | None = None) -> int:
    """Write the replay set; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m nlp.training.replay", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets, such as ../shared/data")
    parser.add_argument("--output", type=Path, default=FOLDER, help="the model's folder (default: nlp/model)")
    chosen = parser.parse_args(arguments)
    if not chosen.data.is_dir():
        parser.error(f"{chosen.data} is not a folder.")
    sys.stderr.write(f"{make_replay(chosen.data, chosen.output)} texts in {chosen.output / REPLAY}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
