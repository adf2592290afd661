"""Hostile text becomes safe and short without breaking what a reader sees as one character."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.slack.escape import clean, cut, cut_escaped, cut_lines, escape, graphemes, one_line, units

ANY_TEXT = st.text(st.characters(exclude_categories=()))
FAMILY = "👨‍👩‍👧"


@given(ANY_TEXT, st.integers(1, 60))
def test_cut_escaped_is_within_the_limit_and_keeps_entities_whole(text: str, limit: int) -> None:
    """What is left is the beginning of the text, escaped, with no entity cut and no "<" or ">"."""
    shown = cut_escaped(text, limit)
    assert units(shown) <= limit
    assert "<" not in shown
    assert ">" not in shown
    beginning = shown.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert "&" not in beginning
    if shown != escape(text):
        plain = shown.removesuffix("…").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        assert text.startswith(plain)


@given(ANY_TEXT)
def test_graphemes_lose_nothing(text: str) -> None:
    """All graphemes together are the text."""
    assert "".join(graphemes(text)) == text


@given(ANY_TEXT)
def test_clean_text_can_be_sent_and_stays_clean(text: str) -> None:
    """Cleaned text is valid UTF-8, has no controls but line breaks, and is the same when cleaned again."""
    cleaned = clean(text)
    cleaned.encode()
    assert not any(ord(character) < 32 and character not in "\n\t" for character in cleaned)
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize("one", [FAMILY, "👍🏽", "🇩🇪", "e\u0301", "🏴\U000e0067\U000e0062\U000e007f", "❤️"])
def test_what_looks_like_one_character_is_never_cut(one: str) -> None:
    """Joined emoji, skin tones, flags and accents are whole or not there."""
    assert list(graphemes(one * 2)) == [one, one]
    assert cut(one * 3, units(one) * 2 + 1) == one * 2 + "…"
    assert cut(one * 3, units(one) * 2) == one + "…"


def test_four_flags_are_four_graphemes() -> None:
    """Regional letters pair up from the left."""
    assert list(graphemes("🇩🇪🇫🇷🇧🇷🇯🇵")) == ["🇩🇪", "🇫🇷", "🇧🇷", "🇯🇵"]


def test_short_text_is_left_alone() -> None:
    """Nothing is added to what fits exactly."""
    assert cut("abc", 3) == "abc"
    assert cut_escaped("a&b", 7) == "a&amp;b"
    assert cut_escaped("a&b", 6) == "a…"
    assert cut_lines("a\nb", 2) == "a\nb"
    assert cut_lines("a\nb\nc", 2) == "a\nb…"


def test_direction_overrides_and_piled_up_accents_go() -> None:
    """A post cannot turn round or overprint the words that follow it."""
    assert clean("abc\u202egnp.exe\u2066") == "abcgnp.exe"
    assert clean("Z" + "\u0301" * 400) == "Z" + "\u0301" * 4
    assert clean("שלום\u200f") == "שלום\u200f"


def test_line_breaks_are_few_and_of_one_kind() -> None:
    """Every kind of line break is one, and empty lines do not pile up."""
    assert clean("a\r\nb\u2028c\n \n\n\nd\n") == "a\nb\nc\n\nd"
    assert one_line(" a\n\n b\t c ") == "a b c"


def test_escaping_can_be_undone() -> None:
    """The three characters, and only they, are escaped."""
    text = "a < b && c > d \"'`*_~"
    assert html.unescape(escape(text)) == text
    assert escape("\"'`*_~") == "\"'`*_~"
