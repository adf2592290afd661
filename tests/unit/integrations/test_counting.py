"""How long a reply is on each platform: families, flags, combining marks, wide scripts and addresses."""

from __future__ import annotations

import pytest

from integrations.counting import count
from integrations.replies import Counting

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"  # one picture of four people
FLAG = "\U0001f1e9\U0001f1ea"
WAVE = "\U0001f44b\U0001f3fd"  # with a skin tone
KEYCAP = "1\ufe0f\u20e3"
COMPOSED, DECOMPOSED = "\u00e9", "e\u0301"
LONG = "https://lantern.example/a/very/long/way/to/the/answer?with=many&things=inside#and-an-end"


@pytest.mark.parametrize(
    ("text", "characters", "utf16", "graphemes", "utf8", "weighted", "links_short"),
    [
        ("", 0, 0, 0, 0, 0, 0),
        ("lamp", 4, 4, 4, 4, 4, 4),
        (COMPOSED, 1, 1, 1, 2, 1, 1),
        (DECOMPOSED, 2, 2, 1, 3, 1, 1),
        ("z\u0335\u0306", 3, 3, 1, 5, 3, 1),
        (FAMILY, 7, 11, 1, 25, 2, 1),
        (FLAG, 2, 4, 1, 8, 2, 1),
        (FLAG * 3, 6, 12, 3, 24, 6, 3),
        (WAVE, 2, 4, 1, 8, 2, 1),
        (KEYCAP, 3, 3, 1, 7, 2, 1),
        ("❤️", 2, 2, 1, 6, 2, 1),
        ("©", 1, 1, 1, 2, 1, 1),
        ("灯が点滅", 4, 4, 4, 12, 8, 4),
        ("ไฟกะพริบ", 8, 8, 7, 24, 8, 7),
        ("한글", 2, 2, 2, 6, 4, 2),
        ("\u1112\u1161\u11ab", 3, 3, 1, 9, 2, 1),
        ("नमस्ते", 6, 6, 3, 18, 6, 3),
        ("‘so’ – it…", 10, 10, 10, 18, 11, 10),
        ("a\r\nb", 4, 4, 3, 4, 4, 3),
        ("\u202egnp\u202c", 5, 5, 5, 9, 7, 5),
        ("\ud800", 1, 1, 1, 1, 2, 1),
    ],
    ids=lambda value: ascii(value) if isinstance(value, str) else None,
)
def test_each_way_of_counting(
    text: str, characters: int, utf16: int, graphemes: int, utf8: int, weighted: int, links_short: int
) -> None:
    """What people see as one character is one, four or twenty-five."""
    ways = (
        Counting.CHARACTERS, Counting.UTF16, Counting.GRAPHEMES, Counting.BYTES, Counting.WEIGHTED,
        Counting.LINKS_SHORT,
    )  # fmt: skip
    expected = (characters, utf16, graphemes, utf8, weighted, links_short)
    assert tuple(count(text, way) for way in ways) == expected


@pytest.mark.parametrize(
    ("text", "weighted", "links_short"),
    [
        (LONG, 23, 23),
        ("http://a.example", 23, 23),
        (f"See {LONG}.", 28, 28),
        (f"({LONG})", 25, 25),
        (f"{LONG} {LONG}", 47, 47),
        ("see lantern.com/help, please", 4 + 23 + 8, 28),
        ("lantern.de", 23, 10),
        ("2.1.1 and e.g. this", 19, 19),
        ("ana@lantern.com", 15, 15),
        ("@ana@lantern.example hello", 26, 10),
        ("@ana hello", 10, 10),
        ("@ana-maria@sub.lantern.example!", 31, 11),
        ("https://", 8, 8),
        ("灯 https://例え.example/灯", 26, 25),
    ],
)
def test_addresses_and_handles(text: str, weighted: int, links_short: int) -> None:
    """An address is 23 however long; X knows sites by their ending, Mastodon wants the scheme."""
    assert count(text, Counting.WEIGHTED) == weighted
    assert count(text, Counting.LINKS_SHORT) == links_short


def test_every_way_is_known() -> None:
    """And none counts a hundred thousand signs slowly: nobody waits at a form."""
    for way in Counting:
        assert count("lamp " * 20_000, way) == 100_000
