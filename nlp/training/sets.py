"""The labelled sets that the heads learn from, each with its licence, and our own texts beside them.

Sets whose licence forbids commercial use are not listed, so they cannot be used by mistake.
"""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlp.training import labels
from nlp.training.labels import Example, Reader

NONE_STATED = "none stated"

_SEEDS = Path(__file__).parent / "seeds.tsv"
_PROSE = Path(__file__).parent / "prose.tsv"
_PROSE_HELD_OUT = 4  # one text in so many
_MOST_HELD_OUT = 2500  # rows of a dev split
_DRAW = 7  # which rows are taken where a set has more than we use
_SEED_COPIES = 12  # they are few and stand for intents and languages that no set labels


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """One set of the data folder: `<name>.train.jsonl.gz` and, mostly, `<name>.dev.jsonl.gz`."""

    name: str
    licence: str
    most: int  # rows used, so that no set drowns the others
    read: Reader
    intents: int = 0  # rows that teach intents and spam; a few from sets that only say what a text is not
    copies: int = 1  # how often a small set that stands for much is shown
    distrusted: str = ""  # a language of it whose labels are not believed; its texts still are texts


SETS = (
    LabelledSet("sentiment/tweeteval_sentiment", NONE_STATED, 50_000, labels.tweet, intents=4_000),
    # Its Hindi labels do not belong to their texts: no method tells them better than chance, on train or dev.
    LabelledSet("sentiment/umsab", "Apache-2.0", 20_000, labels.tweet, intents=4_000, copies=2, distrusted="hi"),
    LabelledSet("sentiment/sanders_brands", NONE_STATED, 5_000, labels.polarity),
    LabelledSet("sentiment/gplay_top20", NONE_STATED, 31_000, labels.stars, intents=4_000),
    LabelledSet("sentiment/uci_sentences", "CC BY 4.0", 5_000, labels.polarity),
    LabelledSet("sentiment/nsmc_raw", "CC0", 10_000, labels.polarity),
    LabelledSet("sentiment/chnsenticorp_htl", NONE_STATED, 6_000, labels.polarity),
    LabelledSet("sentiment/online_shopping_zh", NONE_STATED, 10_000, labels.polarity),
    LabelledSet("sentiment/indonlu_smsa", "CC BY-SA 4.0", 11_000, labels.polarity),
    LabelledSet("sentiment/wisesight", "CC0", 22_000, labels.polarity, intents=4_000),
    LabelledSet("sentiment/mozetic_tweets13", "CC BY-SA 4.0", 25_000, labels.polarity),
    LabelledSet("sentiment/afrisenti", "CC BY 4.0", 20_000, labels.polarity),
    LabelledSet("sentiment/cuba_hotels_es", NONE_STATED, 6_000, labels.stars),
    LabelledSet("sentiment/arabic_reviews", NONE_STATED, 8_000, labels.stars),
    LabelledSet("topic/m_absa_coursera", NONE_STATED, 8_000, labels.aspects),
    LabelledSet("topic/m_absa_hotel", NONE_STATED, 8_000, labels.aspects),
    LabelledSet("topic/m_absa_phone", NONE_STATED, 8_000, labels.aspects),
    LabelledSet("topic/m_absa_laptop", NONE_STATED, 8_000, labels.aspects),
    LabelledSet("topic/m_absa_food", NONE_STATED, 8_000, labels.aspects),
    LabelledSet("topic/m_absa_sight", NONE_STATED, 8_000, labels.aspects),
    LabelledSet("intent/maalej2016", NONE_STATED, 5_000, labels.app_review, intents=10_000),
    LabelledSet("intent/gplay_student", NONE_STATED, 5_000, labels.app_review, intents=10_000),
    LabelledSet("intent/minibar", "MIT", 10_000, labels.app_review, intents=10_000),
    LabelledSet("intent/apia2022_fr", NONE_STATED, 5_000, labels.app_review, intents=10_000),
    LabelledSet("intent/nlbse24_issues", NONE_STATED, 5_000, labels.tracker_entry, intents=5_000, copies=2),
    LabelledSet("intent/complaints_twitter", NONE_STATED, 5_000, labels.complaint, intents=10_000),
    LabelledSet("other/tweeteval_offensive", NONE_STATED, 12_000, labels.offence, intents=12_000),
    LabelledSet("other/tweeteval_emotion", NONE_STATED, 5_000, labels.emotion),
    LabelledSet("other/tweeteval_irony", NONE_STATED, 5_000, labels.irony),
    LabelledSet("spam/sms_spam", "CC BY 4.0", 5_000, labels.message, intents=5_000, copies=2),
)

# Texts that we wrote ourselves, as players and buyers write: the only ones of which everything is labelled.
PROSE = LabelledSet("own/prose", "ours", 5_000, labels.unlabelled, intents=5_000, copies=12)


def examples(
    data: Path, split: str, *, stated_only: bool, keep: Callable[[LabelledSet], bool]
) -> Iterator[tuple[LabelledSet, list[Example]]]:
    """The examples of every listed set that has this split, and of our own prose, in a fixed order and a fixed draw."""
    for source in SETS:
        path = data / f"{source.name}.{split}.jsonl.gz"
        if path.is_file() and keep(source) and not (stated_only and source.licence == NONE_STATED):
            rows = _rows(path)
            np.random.default_rng(_DRAW).shuffle(rows)
            yield source, [_read(source, row) for row in rows[: source.most if split == "train" else _MOST_HELD_OUT]]
    if keep(PROSE):
        yield PROSE, _prose(split)


def seeds(copies: int = _SEED_COPIES) -> list[Example]:
    """Our own sentences in sixteen languages, repeated so that they count."""
    return [labels.seed(label, language, text) for label, language, text in _own(_SEEDS)] * copies


def _prose(split: str) -> list[Example]:
    """The texts of a split, told by their words alone, so that adding one moves no other."""
    found = [
        labels.prose(language, feeling, intents, text)
        for language, feeling, intents, text in _own(_PROSE)
        if (zlib.crc32(text.encode()) % _PROSE_HELD_OUT == 0) == (split == "dev")
    ]
    np.random.default_rng(_DRAW).shuffle(found)
    return found


def _own(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _read(source: LabelledSet, row: labels.Row) -> Example:
    return labels.unlabelled(row) if row.get("lang") == source.distrusted else source.read(row)


def _rows(path: Path) -> list[labels.Row]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]
