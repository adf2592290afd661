"""Fits the language identifier: a table of rows for parts of words, summed over a text, and one linear layer.

Some languages are shown more often than others, which the loss makes up for, so that the fitted model holds all of them
to be equally common. Each pass makes new noise. `python -m nlp.training.language` fits it alone.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import torch

from nlp.base import Vector
from nlp.files import FOLDER, listed, write_manifest
from nlp.language import WEIGHTS, parts, summed
from nlp.reach import IN_REACH
from nlp.training.files import save
from nlp.training.fit import temperature
from nlp.training.language_texts import TextsByLanguage, held_out_texts, texts_by_language
from nlp.training.noise import noisy

_Classes: TypeAlias = npt.NDArray[np.int64]

_BATCH = 1024
_SEED = 4
_HIGHEST = 127
_OUTLIERS = 1e-4  # share of a column's values that may be cut off when it goes into 8 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How large the model is, and how long and hard it is trained."""

    buckets: int = 2**17
    width: int = 28
    passes: int = 24
    rate: float = 1e-2
    english: int = 10_000  # texts shown in a pass
    in_reach: int = 3_500  # of each language that the other models read, or that posts are likely to be in
    others: int = 1_500  # of each other language, fewer where there are few


_LIKELY = frozenset(["cs", "el", "et", "fi", "he", "hu", "lt", "lv", "mk", "sl", "uk"])
_FEW, _SHOWN_AGAIN = 200, 4


def make_language(
    data: Path,
    strings: Path,
    folder: Path,
    say: Callable[[str], None],
    *,
    stated_only: bool,
    recipe: Recipe = Recipe(),
) -> None:
    """Fit, put into 8 bits, set the temperature on held-out texts, and write it to the folder."""
    texts = texts_by_language(data, strings, stated_only=stated_only)
    say(f"fitting languages on {sum(map(len, texts.values()))} texts in {len(texts)} languages")
    table, layer, bias = _fit(texts, recipe, say)
    whole, steps = _in_8_bits(table)
    layer = steps[:, None] * layer
    labels = sorted(texts)
    held_out = [(labels.index(code), text) for code, text in held_out_texts(data) if code in texts]
    logits = summed(whole, parts([text for _, text in held_out], recipe.buckets)) @ layer + bias
    heat = temperature(logits, np.array([number for number, _ in held_out]))
    say(f"temperature {heat:.2f}")
    save(
        folder / WEIGHTS,
        {"labels": np.array(labels), "table": whole, "layer": layer / heat, "bias": bias / heat},
    )


def _fit(texts: TextsByLanguage, recipe: Recipe, say: Callable[[str], None]) -> tuple[Vector, Vector, Vector]:
    """Table (buckets, width), layer (width, languages) and bias. Same data, same machine, same result."""
    torch.manual_seed(_SEED)
    draw = np.random.default_rng(_SEED)
    shown = [_shown(code, len(texts[code]), recipe) for code in sorted(texts)]
    offsets = torch.tensor(np.log(np.array(shown) / sum(shown)), dtype=torch.float32)
    table = torch.nn.EmbeddingBag(recipe.buckets, recipe.width, mode="sum")
    torch.nn.init.zeros_(table.weight)  # parts never seen say nothing
    layer = torch.nn.Linear(recipe.width, len(texts))
    optimiser = torch.optim.Adam([*table.parameters(), *layer.parameters()])
    steps = sum(shown) // _BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.rate, total_steps=recipe.passes * steps + 1)
    for number in range(recipe.passes):
        drawn, classes = _drawn(texts, shown, draw)
        losses = 0.0
        for step in range(steps):
            some = slice(step * _BATCH, (step + 1) * _BATCH)
            optimiser.zero_grad()
            answers = layer(_averaged(table, drawn[some])) + offsets
            loss = torch.nn.functional.cross_entropy(answers, torch.tensor(classes[some]))
            loss.backward()
            optimiser.step()
            schedule.step()
            losses += float(loss.detach())
        say(f"pass {number + 1}: loss {losses / steps:.3f}")
    return table.weight.detach().numpy(), layer.weight.detach().numpy().T, layer.bias.detach().numpy()


def _shown(code: str, there_are: int, recipe: Recipe) -> int:
    if code == "en":
        return recipe.english
    if code in IN_REACH | _LIKELY:
        return recipe.in_reach
    return min(recipe.others, _FEW + _SHOWN_AGAIN * there_are)


def _drawn(texts: TextsByLanguage, shown: Sequence[int], draw: np.random.Generator) -> tuple[Sequence[str], _Classes]:
    """One pass: so many noisy texts of each language, in any order, and which language each is in."""
    drawn: list[str] = []
    for code, count in zip(sorted(texts), shown, strict=True):
        there_are = len(texts[code])
        rounds = [draw.permutation(there_are) for _ in range(-(-count // there_are))]
        drawn += [noisy(texts[code][at], code, draw) for at in np.concatenate(rounds)[:count]]
    classes = np.repeat(np.arange(len(shown)), shown)
    order = draw.permutation(len(drawn))
    return [drawn[at] for at in order], classes[order]


def _averaged(table: torch.nn.EmbeddingBag, texts: Sequence[str]) -> torch.Tensor:
    """What `nlp.language.summed` does, with a gradient."""
    found = parts(texts, table.num_embeddings)
    sums = table(torch.tensor(found.buckets.astype(np.int64)), torch.tensor(found.starts[:-1]))
    averaged: torch.Tensor = sums / torch.tensor(np.sqrt(np.maximum(found.counts, 1)), dtype=torch.float32)[:, None]
    return averaged


def _in_8_bits(table: Vector) -> tuple[npt.NDArray[np.int8], Vector]:
    """The table in whole numbers, and what one of them stands for in each column."""
    steps: Vector = np.quantile(np.abs(table), 1 - _OUTLIERS, axis=0).astype(np.float32) / np.float32(_HIGHEST)
    return np.clip(np.round(table / steps), -_HIGHEST, _HIGHEST).astype(np.int8), steps


def main(arguments: list[str] | None = None) -> int:
    """Fit it alone and renew the manifest; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m nlp.training.language", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets, such as ../shared/data")
    parser.add_argument("--strings", type=Path, required=True, help="home_assistant_frontend-*.whl")
    parser.add_argument("--output", type=Path, default=FOLDER, help="where the model is written (default: nlp/model)")
    parser.add_argument(
        "--stated-licences-only", action="store_true", help="leave out sets whose licence is not stated"
    )
    chosen = parser.parse_args(arguments)
    started = time.monotonic()

    def say(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - started:6.0f} s  {text}\n")

    make_language(chosen.data, chosen.strings, chosen.output, say, stated_only=chosen.stated_licences_only)
    version = write_manifest(chosen.output, sorted({*listed(chosen.output), WEIGHTS}))
    say(f"model {version} written to {chosen.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
