"""Cleaning takes markup, addresses and invisible signs away and leaves words and feelings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.clean import LONGEST_HEAD, LONGEST_TAIL, clean


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("It <b>crashes</b><br/>on start", "It crashes on start"),
        ("hi<script>alert('x')</script> there", "hi there"),
        ("Tom &amp; Jerry &lt;3", "Tom & Jerry <3"),
        ("twice &lt;b&gt;escaped&lt;/b&gt;", "twice escaped"),
        ("[b]bold[/b] and [url=https://a.example]link[/url]", "bold and link"),
        ("see [the notes](https://a.example/x) please", "see the notes please"),
        ("look https://t.co/AbC123 now", "look now"),
        ("mail me@example.com today", "mail today"),
        ("@user1 RT thanks #GreatGame", "thanks GreatGame"),
        ("a\u202eb\u200bc\x00d", "abc d"),
        ("sooooooo good!!!!!!", "sooo good!!!"),
        ("this is TERRIBLE on my GPU", "this is terrible on my GPU"),
        ("“smart” — quotes…", '"smart" - quotes...'),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
    ],
)
def test_words_are_left(written: str, words: str) -> None:
    """Markup, links, handles and invisible signs go; the words stay in their order."""
    assert clean(written).words == words


def test_emoji_become_words_for_the_encoder_alone() -> None:
    """A known emoji is spelled once; it is no word of the author's."""
    cleaned = clean("No 😡😡😡 way 👍🏽")
    assert cleaned.words == "No way"
    assert cleaned.spelled == "No angry way great"


@pytest.mark.parametrize("wordless", ["", "   ", "😡", "!!!", "https://a.example", "@somebody", "<p></p>", "\u200b"])
def test_texts_without_words_are_known_as_such(wordless: str) -> None:
    """Nothing but marks, pictures, links or handles has no words."""
    assert not clean(wordless).has_words


@pytest.mark.parametrize("wordy", ["ok", "5/5", "好", "ยอดเยี่ยม"])
def test_short_texts_have_words(wordy: str) -> None:
    """A letter or a digit of any script is a word."""
    assert clean(wordy).has_words


def test_long_texts_keep_their_beginning_and_their_end() -> None:
    """Of a very long text the first and the last part are read."""
    cleaned = clean("begin " + "x y " * 50_000 + " end").words
    assert cleaned.startswith("begin")
    assert cleaned.endswith("end")
    assert len(cleaned) <= LONGEST_HEAD + LONGEST_TAIL + 1


@given(st.text(max_size=300))
def test_any_text_becomes_plain_utf8(text: str) -> None:
    """No string makes cleaning fail, and what is left can be encoded and shows no control character but line ends."""
    cleaned = clean(text)
    for left in (cleaned.words, cleaned.spelled):
        left.encode()
        assert all(character == "\n" or character.isprintable() or character == " " for character in left)


@pytest.mark.parametrize(
    "hostile", ["<" * 8000, "<script>" * 1000, "[" * 8000, "[url=" * 1600, "a@" * 4000, "&" * 8000]
)
def test_hostile_repetition_is_cleaned(hostile: str) -> None:
    """Patterns meet their worst case and still come to an end."""
    assert isinstance(clean(hostile).words, str)
