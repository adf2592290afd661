"""What the heads are taught: each set only what it labels, nothing that may not be used."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from nlp.base import Intent, Sentiment
from nlp.heads.intents import OUTPUTS, SPAM
from nlp.heads.sentiment import CLASSES
from nlp.training import labels
from nlp.training.sets import NONE_STATED, PROSE, SETS, examples, seeds

UNKNOWN = labels.UNKNOWN


def test_a_tweet_teaches_sentiment_and_no_intent_it_lacks() -> None:
    """A stranger's happy tweet is no bug report; whether it is praise is not known."""
    example = labels.tweet({"text": "what a day!", "label": "positive"})
    assert CLASSES[example.sentiment] == Sentiment.POSITIVE
    assert (example.intents[Intent.BUG_REPORT], example.intents[Intent.COMPLAINT]) == (0, 0)
    assert Intent.PRAISE not in example.intents


def test_stars_teach_praise_and_complaint() -> None:
    """Five stars praise, one star complains, three say neither."""
    of = {stars: labels.stars({"text": "so so", "label": "neutral", "rating": stars}).intents for stars in (1, 3, 5)}
    assert (of[5][Intent.PRAISE], of[5][Intent.COMPLAINT]) == (1, 0)
    assert (of[1][Intent.PRAISE], of[1][Intent.COMPLAINT]) == (0, 1)
    assert Intent.PRAISE not in of[3]


@pytest.mark.parametrize(("rating", "leaving"), [(1, 1), (5, UNKNOWN)])
def test_leaving_counts_where_the_stars_agree(rating: int, leaving: int) -> None:
    """Words of leaving in a one-star review are a threat; in a five-star review nobody knows."""
    example = labels.app_review({"text": "Uninstalled it", "label": ["rating"], "rating": rating})
    assert example.intents.get(Intent.CHURN_THREAT, UNKNOWN) == leaving


def test_a_review_in_several_classes() -> None:
    """All classes of a review count, with its title in the text."""
    example = labels.app_review(
        {"text": "b", "title": "a", "label": "bug_report", "labels": ["bug_report", "feature_request"]}
    )
    assert example.text == "a\nb"
    assert (example.intents[Intent.BUG_REPORT], example.intents[Intent.FEATURE_REQUEST]) == (1, 1)


def test_mixed_sentences_have_no_side() -> None:
    """Where a set says mixed, the three classes learn nothing."""
    example = labels.aspects({"text": "nice but dear", "label": [], "sentiment": "mixed"})
    assert (example.sentiment, example.mixed) == (UNKNOWN, 1)


def test_text_without_a_mark_asks_nothing_unless_labelled() -> None:
    """No question mark means no question; a mark alone leaves it open; a label decides."""
    plain, marked = (labels.tweet({"text": text, "label": "neutral"}) for text in ("so it is", "is it so?"))
    assert plain.intents[Intent.QUESTION] == 0
    assert Intent.QUESTION not in marked.intents
    assert labels.polarity({"text": "is it so", "label": "question"}).intents[Intent.QUESTION] == 1


def test_our_own_sentences_cover_every_output() -> None:
    """Every intent and spam has sentences in at least ten languages, and none is there twice."""
    own = seeds()
    languages = {output: {each.language for each in own if each.intents.get(output) == 1} for output in OUTPUTS}
    assert all(len(found) >= 10 for found in languages.values()), languages
    assert len(set(Counter(each.text for each in own).values())) == 1
    assert {each.sentiment for each in own} == {UNKNOWN, 0, 1, 2}


def test_our_own_prose_is_wholly_labelled_and_partly_held_out(tmp_path: Path) -> None:
    """Every output of every text is known; each one occurs on both sides, and no text stands on both."""
    sides = [
        found
        for split in ("train", "dev")
        for _, found in examples(tmp_path, split, stated_only=True, keep=lambda each: each is PROSE)
    ]
    for found in sides:
        assert all(set(each.intents.values()) <= {0, 1} and set(each.intents) == set(OUTPUTS) for each in found)
        assert all(any(each.intents[output] for each in found) for output in OUTPUTS)
    assert not {each.text for each in sides[0]} & {each.text for each in sides[1]}


def test_spam_is_nothing_else() -> None:
    """An advertisement is no praise and no question."""
    spam = next(each for each in seeds() if each.intents.get(SPAM) == 1)
    assert sum(spam.intents.values()) == 1


def test_no_set_forbids_commercial_use() -> None:
    """A licence with NC or ND, or for research, is not listed."""
    assert not [each.name for each in SETS if any(word in each.licence for word in ("NC", "ND", "research"))]


def test_sets_without_a_stated_licence_can_be_left_out(tmp_path: Path) -> None:
    """Only the others, and what we wrote, are read then, in a draw that is always the same."""
    chosen = {NONE_STATED: "sentiment/gplay_top20", "stated": "sentiment/umsab"}
    for name in chosen.values():
        path = tmp_path / f"{name}.train.jsonl.gz"
        path.parent.mkdir(exist_ok=True)
        with gzip.open(path, "wt", encoding="utf-8") as file:
            file.writelines(json.dumps({"text": str(n), "label": "positive", "rating": 5}) + "\n" for n in range(9))
    every = list(examples(tmp_path, "train", stated_only=False, keep=lambda _: True))
    again = list(examples(tmp_path, "train", stated_only=False, keep=lambda _: True))
    stated = [source.name for source, _ in examples(tmp_path, "train", stated_only=True, keep=lambda _: True)]
    assert [source.name for source, _ in every] == ["sentiment/umsab", "sentiment/gplay_top20", PROSE.name]
    assert every == again
    assert stated == ["sentiment/umsab", PROSE.name]
