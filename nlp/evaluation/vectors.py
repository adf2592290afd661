"""Topics, grouping, and whether the same sentence in two languages lies in one place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from nlp.base import Topic, Vector
from nlp.evaluation.data import EVERY, Row, rows
from nlp.evaluation.scores import FoundScores, Marks, Value, found, same_group, share
from nlp.grouping import GroupItem, group_all
from nlp.language import primary
from nlp.reach import IN_REACH
from nlp.runtime import Understanding

_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
_CLUSTER_SETS = ("clustering/googlenews_ts", "clustering/stackoverflow", "clustering/minibar_clusters")
_MOST = 3000
_SENTENCES = 300  # among which a translation must be found
_EXAMPLES = 5

_TAXONOMIES = {
    "topic/telecom_uk": {
        "customer_service": "How customer service answers, waiting on the phone, rude or helpful staff.",
        "network": "Signal, coverage, 4G and mobile data speed.",
        "contract": "Contracts, bills, charges, upgrading and cancelling.",
        "device": "The phone or handset itself.",
        "promotion": "Offers, prizes, competitions and advertising.",
        "broadband": "Home internet, router, broadband speed and outage.",
    },
    "topic/hotel_aspect_de": {
        "HOTEL": "Das Hotel allgemein, das Gebäude und die Ausstattung.",
        "ZIMMER": "Das Zimmer, Bett, Bad und Sauberkeit.",
        "SERVICE": "Das Personal, Freundlichkeit und Empfang.",
        "LAGE": "Die Lage, Nähe zu Bahn, Strand und Innenstadt.",
        "ESSEN&TRINKEN": "Frühstück, Restaurant, Essen und Getränke.",
    },
    "topic/indonlu_hoasa": {
        "linen": "Sheets, towels and bedding.",
        "wifi": "The wifi and internet connection.",
        "ac": "Air conditioning.",
        "service": "Staff and service.",
        "air_panas": "Hot water in the shower.",
        "kebersihan": "How clean the place is.",
        "bau": "Bad smells.",
        "tv": "The television.",
    },
}


def topics(models: Understanding, data: Path, most: int = EVERY) -> dict[tuple[str, int], FoundScores]:
    """Judge topics by description alone and with five examples each, over all pairs of text and topic."""
    scores = {}
    for name, described in _TAXONOMIES.items():
        labelled = rows(data, name, most=most)
        if not labelled:
            continue
        for count in (0, _EXAMPLES):
            examples = _examples(rows(data, name, split="train"), count)
            models.use_topics([Topic(name=t, description=d, examples=examples[t]) for t, d in described.items()])
            readings = models.read([row.text for row in labelled])
            told = [{prediction.label for prediction in reading.topics} for reading in readings]
            scores[name, count] = found(_marks(map(_bare, labelled), described), _marks(told, described))
    models.use_topics(())
    return scores


def grouping(models: Understanding, data: Path, most: int = _MOST) -> dict[str, tuple[FoundScores, float]]:
    """Judge grouping by pairs of texts, and tell the share of texts that were placed at all."""
    scores = {}
    for name in _CLUSTER_SETS:
        by_group: dict[str, list[Row]] = defaultdict(list)
        for row in rows(data, name, split="train", most=min(most, _MOST)):
            by_group[row.group].append(row)
        true: list[tuple[str, str]] = []
        told: list[int | None] = []
        for group, members in by_group.items():
            vectors = models.vectors([row.text.text for row in members])
            found_here = group_all([GroupItem(at, vector, _MOMENT) for at, vector in enumerate(vectors)])
            true += [(group, next(iter(row.labels))) for row in members]
            told += [None if each is None else each + 10_000 * len(true) for each in found_here]
        if told:
            scores[name] = same_group(true, told), sum(each is not None for each in told) / len(told)
    return scores


def translations(models: Understanding, data: Path) -> dict[str, tuple[int, Value]]:
    """For each language among how many sentences, and how often a sentence's nearest English one is its translation."""
    by_language: dict[str, list[Row]] = defaultdict(list)
    for name in ("parallel/aosp_messaging", "parallel/tatoeba_rest"):
        for row in rows(data, name, split="train"):
            if len(row.text.text) > 20 and row.other:
                by_language[row.language].append(row)
    scores = {}
    for language, found_rows in sorted(by_language.items()):
        unique = list({row.other: row for row in found_rows}.values())[:_SENTENCES]
        if len(unique) >= 100 and primary(language) in IN_REACH:
            theirs = models.vectors([row.text.text for row in unique])
            scores[language] = len(unique), _nearest(theirs, models.vectors([row.other for row in unique]))
    return scores


def _nearest(theirs: Vector, english: Vector) -> Value:
    hits = (theirs @ english.T).argmax(axis=1) == np.arange(len(theirs))
    return share(int(hits.sum()), len(hits))


def _marks(held: Iterable[Set[str]], topics: Iterable[str]) -> Marks:
    """Which of the topics each text has (texts, topics)."""
    names = list(topics)
    return np.array([[name in each for name in names] for each in held], np.bool_).reshape(-1, len(names))


def _examples(labelled: list[Row], count: int) -> dict[str, list[str]]:
    """The first texts of each topic that have no other."""
    examples: dict[str, list[str]] = defaultdict(list)
    for row in labelled:
        bare = _bare(row)
        if len(bare) == 1 and len(examples[next(iter(bare))]) < count:
            examples[next(iter(bare))].append(row.text.text)
    return examples


def _bare(row: Row) -> set[str]:
    """A row's topics without their polarity."""
    return {label.rsplit(":", 1)[0] for label in row.topics}
