"""How texts are compared with what a platform made of them, and whom they call."""

from __future__ import annotations

import pytest

from integrations.likeness import addressed, as_written, bare, calling_nobody


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Fixed in 2.1.\n\nTell us.", "Fixed in 2.1.   Tell us. "),
        ("See https://lamps.example/fix?id=1 please", "See https://t.co/aBc123 please"),
        ("Is it (https://lamps.example/fix)? Yes.", "Is it (https://t.co/aBc123)? Yes."),
        ("See lamps.example/fix please", "See https://t.co/aBc123 please"),
        ("Thank you, Ana", "@ana@other.example Thank you, Ana"),
        ("Ask @crew", "Ask @\u2060crew"),
        ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
        ("\u202enaht\u202c", "naht"),
        ("Cafe\u0301", "Caf\u00e9"),
    ],
)
def test_the_same_words_are_recognised(ours: str, theirs: str) -> None:
    """White space, short addresses, a name before them, unseen signs and HTML's way to write signs do not matter."""
    assert bare(ours) == bare(theirs)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Fixed in 2.1", "Fixed in 2.2"), ("Yes", "Yes?"), ("Write to Ana", "Write to Ben"), ("@ana", "@ben")],
)
def test_other_words_are_not(one: str, other: str) -> None:
    """What a person would call another reply is one."""
    assert bare(one) != bare(other)


def test_names_are_made_to_look_the_same_and_call_nobody() -> None:
    """Every name in the text, wherever it stands; addresses of mail and of the web are left as they are."""
    text = "Ask @crew, (@ben) or help@lamps.example, https://social.example/@crew"
    quiet = calling_nobody(text)
    assert quiet.count("\u2060") == 2
    assert quiet.replace("\u2060", "") == text
    assert "@crew," not in quiet
    assert as_written(quiet) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Fixed.", "@ana@other.example Fixed."),
        ("Fixed, @Ana@Other.Example!", "Fixed, @Ana@Other.Example!"),
        ("@ana@other.examples Fixed.", "@ana@other.example @\u2060ana@other.examples Fixed."),
        ("@ben and @crew", "@ana@other.example @\u2060ben and @\u2060crew"),
    ],
)
def test_an_author_is_named_once(text: str, said: str) -> None:
    """Before the text, unless the name stands in it; a longer name that begins like it is another one."""
    assert addressed(text, "ana@other.example") == said
    assert addressed(text, "@ana@other.example") == said
    assert as_written(said, "ana@other.example") in {text, text.removeprefix("@ana@other.example ")}


def test_without_a_name_nobody_is_named() -> None:
    """Where the author is not known, the text stays alone."""
    assert addressed("Fixed, @ben.", None) == "Fixed, @\u2060ben."
    assert as_written("@ana Fixed.", None) == "@ana Fixed."
