"""What is a guess is called one, and long or tiny texts say what was done with them."""

from __future__ import annotations

import pytest

from nlp.base import Prediction, TextInput
from nlp.runtime import Understanding
from nlp.sureness import doubtful, sure_of_language, sure_of_sentiment


@pytest.mark.parametrize(
    ("score", "text", "sure"),
    [(0.5, "rather nice", True), (0.49, "rather nice", False), (0.59, "nice", False), (0.6, "nice", True)],
)
def test_a_single_word_has_to_be_clearer(score: float, text: str, sure: bool) -> None:
    """One half is enough for a sentence, not for a word."""
    assert sure_of_sentiment(Prediction(label="positive", score=score), text) is sure


def test_around_the_threshold_is_doubt() -> None:
    """On either side of it."""
    assert doubtful(0.34, 0.3)
    assert doubtful(0.26, 0.3)
    assert not doubtful(0.36, 0.3)


def test_a_language_that_cannot_be_told_is_never_sure(models: Understanding) -> None:
    """Clear ones are."""
    assert not sure_of_language(Prediction(label="und", score=0.45))
    clear, short = models.read([TextInput(text="The servers are down again since noon"), TextInput(text="lol")])
    assert "language" not in clear.unsure
    assert "language" in short.unsure


def test_guesses_are_named_as_labels_name_them(models: Understanding) -> None:
    """Whatever is named is a head that a person could correct."""
    texts = ["since the update", "ok", "hm", "Not sure whether I like the new map", "The app closes sometimes, I think"]
    named = {name for reading in models.read([TextInput(text=text) for text in texts]) for name in reading.unsure}
    assert "sentiment" in named
    assert {name.partition(":")[0] for name in named} <= {"sentiment", "language", "intent", "topic"}


@pytest.mark.parametrize("text", ["x", "7", " k "])
def test_a_single_sign_is_not_understood(models: Understanding, text: str) -> None:
    """A letter is shorter than anything that the models learnt from; a Chinese sign is a word, and stars speak."""
    reading = models.read([TextInput(text=text)])[0]
    assert (reading.understood, reading.why_not) == (False, "It is a single letter or digit.")
    assert models.read([TextInput(text="好")])[0].understood
    assert models.read([TextInput(text=text, rating=0.0)])[0].understood


def test_a_long_text_says_that_it_was_read_in_part(models: Understanding) -> None:
    """Up to 320 tokens it is read whole."""
    whole, long, endless = models.read(
        [TextInput(text="It crashes. " * times) for times in (60, 200, 9000)],
    )
    assert (whole.partly, long.partly, endless.partly) == (False, True, True)
    assert endless.understood
