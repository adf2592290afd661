"""The sections on language, topics, grouping, and what the vector is worth by itself and across languages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nlp.evaluation import retrieval, vectors
from nlp.evaluation.exams import shown
from nlp.evaluation.retrieval import NMI, Encode
from nlp.evaluation.scores import Value
from nlp.evaluation.tables import (
    ACCURACY,
    FOUND_MEASURES,
    OURS,
    Entry,
    Section,
    contest,
    details,
    of_found,
)
from nlp.runtime import Understanding

_PLACED, _FOUND = "texts placed", "translation found"


def topics(models: Understanding, data: Path, most: int) -> Section:
    """Whether the company's own topics are found."""
    entries, rename = [], {}
    for (name, count), scores in vectors.topics(models, data, most).items():
        entries.append(of_found(f"topics: {name.split('/')[1]}, {count} examples", OURS, scores))
        rename[entries[-1].what] = f"{shown(name)}, {count} examples a topic"
    lead = "## Topics\n\nOver all pairs of a text and a topic; `n` counts the pairs.\n\n"
    return Section(lead + details("taxonomy", entries, FOUND_MEASURES, rename), entries)


def grouping(models: Understanding, data: Path, most: int) -> Section:
    """Whether posts with one cause are tied together, by the product's own rules."""
    entries = []
    for name, (scores, placed) in vectors.grouping(models, data, most).items():
        entry = of_found(f"grouping: {name.split('/')[1]}", OURS, scores)
        entries.append(Entry(entry.what, OURS, entry.n, {**entry.values, _PLACED: Value(placed)}))
    lead = (
        "## Grouping\n\nOver all pairs of texts; all texts of one day. Pairs hang together, so there are no "
        "intervals.\n\n"
    )
    return Section(lead + details("set", entries, (*FOUND_MEASURES, _PLACED)), entries)


def nearness(data: Path, encoders: Mapping[str, Encode], most: int, *, with_clusters: bool) -> Section:
    """What the vector is worth by itself; clusters need scikit-learn."""
    nearest = retrieval.neighbours(data, encoders, most)
    clusters = retrieval.clusters(data, encoders, most) if with_clusters else []
    parts = [
        "## The vector by itself\n",
        "How often the nearest labelled text asks for the same (English questions to support, 77 and 150 kinds):\n",
        contest("set", nearest, [ACCURACY]),
    ]
    if with_clusters:
        parts += ["K-means, told the number of people's clusters: accuracy under the best matching.\n"]
        parts += [contest("set", clusters, [ACCURACY]), "The same, normalised mutual information.\n"]
        parts += [contest("set", clusters, [NMI])]
    return Section("\n".join(parts), [*nearest, *clusters])


def translations(models: Understanding, data: Path) -> Section:
    """Whether the same sentence in two languages lies in one place."""
    entries = [
        Entry(f"translation: {language}", OURS, n, {_FOUND: value})
        for language, (n, value) in vectors.translations(models, data).items()
    ]
    lead = (
        "## One space for all languages\n\nHow often the nearest of `n` English sentences is the translation; "
        "app texts and everyday sentences.\n\n"
    )
    return Section(lead + details("language", entries, [_FOUND]), entries)
