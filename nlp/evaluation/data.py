"""Reads the labelled sets' held-out rows."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlp.base import TextInput

_DRAW = 11  # which rows are judged where a set has more than we look at


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text."""

    text: TextInput
    language: str
    labels: frozenset[str]  # the sentiment where the row says one, else what the set is about
    topics: frozenset[str]
    group: str
    other: str  # the same sentence in English, in sets of pairs


def rows(data: Path, name: str, *, split: str = "dev", most: int = 10**9) -> list[Row]:
    """At most `most` rows of a set, the same ones every time; none where the set is not there."""
    path = data / f"{name}.{split}.jsonl.gz"
    if not path.is_file():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        found = [_row(json.loads(line)) for line in file]
    if len(found) <= most:
        return found
    chosen = np.sort(np.random.default_rng(_DRAW).permutation(len(found))[:most])
    return [found[at] for at in chosen]


def names(data: Path, task: str) -> Sequence[str]:
    """The sets of a task's folder that have a dev split."""
    return sorted(f"{task}/{path.name.removesuffix('.dev.jsonl.gz')}" for path in (data / task).glob("*.dev.jsonl.gz"))


def _row(values: dict[str, object]) -> Row:
    label = values.get("sentiment") or values.get("labels") or values["label"]
    title = values.get("title")
    return Row(
        text=TextInput(text=str(values["text"]), title=str(title) if title else None),
        language=str(values.get("lang") or "not said"),
        labels=_strings(label),
        topics=_strings(values["label"]),
        group=str(values.get("group") or ""),
        other=str(values.get("text2") or ""),
    )


def _strings(label: object) -> frozenset[str]:
    return frozenset(map(str, label if isinstance(label, list) else [label]))
