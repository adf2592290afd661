"""The posts of our own on which reports judge languages: wholly labelled, and taught to nobody."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

import nlp
from nlp.base import Sentiment
from nlp.evaluation.posts import INTENTS, read, section
from nlp.runtime import Understanding


def test_every_post_is_labelled() -> None:
    """One feeling; intents that the models know, or what is said where none holds; each post is there once."""
    known = {*map(str, Sentiment), *INTENTS, "none", "spam", "toxic"}
    posts = read()
    for row in posts:
        assert len(row.labels & set(map(str, Sentiment))) == 1, row.text.text
        assert row.labels <= known, row.text.text
        assert row.labels & {*INTENTS, "none", "spam", "toxic"}, row.text.text
    assert max(Counter(row.text.text for row in posts).values()) == 1
    assert min(Counter(row.language for row in posts).values()) >= 50


def test_nothing_of_them_was_learnt() -> None:
    """Neither from our prose nor from our sentences."""
    taught = set()
    for name, column in (("prose.tsv", 3), ("seeds.tsv", 2)):
        path = Path(nlp.__file__).with_name("training") / name
        with path.open(encoding="utf-8", newline="") as file:
            taught |= {line[column] for line in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    assert len(taught) > 2000
    assert taught.isdisjoint(row.text.text for row in read())


def test_each_language_and_each_intent_has_its_line() -> None:
    """With the probability of an intent held against what came true."""
    found = section(Understanding.load())
    measures = {entry.what: entry.values for entry in found.entries}
    assert {f"posts, intent: {intent}" for intent in INTENTS} <= measures.keys()
    assert {f"posts, sentiment: {language}" for language in ("all", "de", "ja", "uk")} <= measures.keys()
    assert 0.4 < measures["posts, intents: all"]["macro-F1"].at < 0.95
    of_questions = measures["posts, intent: question"]
    assert of_questions["calibration error"].at < 0.1
    assert of_questions["of true probabilities"].at == pytest.approx(0.01, abs=0.01)
    assert "1,940 posts in 22 languages besides English" in found.markdown
