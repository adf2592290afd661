"""Reads rows of the labelled sets."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlp.base import NlpError, TextInput
from nlp.words import count_words

NOT_SAID = "not said"  # of a language
EVERY = 10**9

_DRAW = 11  # which rows are taken where a set has more than we look at


class SetBroken(NlpError):
    """A labelled set cannot be read; says in which file and line, and why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text."""

    text: TextInput
    language: str
    source: str  # who published it, as the set says: an app, a shop, a platform; may be empty
    labels: frozenset[str]  # the sentiment where the row says one, else what the set is about
    topics: frozenset[str]
    group: str
    other: str  # the same sentence in English, in sets of pairs

    @property
    def whole(self) -> str:
        """Title and text, as the models get to see them."""
        return f"{self.text.title}\n{self.text.text}" if self.text.title else self.text.text

    @property
    def words(self) -> int:
        """How long it is."""
        return count_words(self.whole)


def rows(data: Path, name: str, *, split: str = "dev", most: int = EVERY) -> list[Row]:
    """At most `most` rows of a set, the same ones every time; none where the set is not there.

    Raises:
        SetBroken: the file or a line of it is not what it should be.
    """
    path = data / f"{name}.{split}.jsonl.gz"
    if not path.is_file():
        return []
    found: list[Row] = []
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            found.extend(map(_row, file))  # what was read before a bad line stays, and tells its number
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        why = f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
        raise SetBroken(f"{path}, line {len(found) + 1} is not a labelled text: {why}.") from error
    return thinned(found, most)


def thinned(found: Sequence[Row], most: int) -> list[Row]:
    """At most `most` of them, in their order, the same ones every time."""
    if len(found) <= most:
        return list(found)
    chosen = np.sort(np.random.default_rng(_DRAW).permutation(len(found))[:most])
    return [found[at] for at in chosen]


def names(data: Path, task: str) -> Sequence[str]:
    """The sets of a task's folder that have a dev split."""
    return sorted(f"{task}/{path.name.removesuffix('.dev.jsonl.gz')}" for path in (data / task).glob("*.dev.jsonl.gz"))


def _row(line: str) -> Row:
    values = json.loads(line)
    if not isinstance(values, dict):
        raise TypeError("it is no JSON object")
    label = values.get("sentiment") or values.get("labels") or values["label"]
    title = values.get("title")
    return Row(
        text=TextInput(text=str(values["text"]), title=str(title) if title else None),
        language=str(values.get("lang") or NOT_SAID),
        source=str(values.get("source") or ""),
        labels=_strings(label),
        topics=_strings(values["label"]),
        group=str(values.get("group") or ""),
        other=str(values.get("text2") or ""),
    )


def _strings(label: object) -> frozenset[str]:
    return frozenset(map(str, label if isinstance(label, list) else [label]))
