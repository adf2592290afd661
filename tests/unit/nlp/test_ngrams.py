"""Parts of words as buckets: the same text gives the same, whatever stands beside it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.ngrams import Grams, grams


def _of(found: Grams, text: int) -> list[int]:
    return sorted(found.buckets[found.starts[text] : found.starts[text + 1]].tolist())


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=8))
def test_neighbours_change_nothing(texts: list[str]) -> None:
    """Any text, with any other beside it, has the buckets that it has alone."""
    together = grams(texts, buckets=2**12)
    for number, text in enumerate(texts):
        assert _of(together, number) == _of(grams([text], buckets=2**12), 0)


@settings(deadline=None)
@given(st.text())
def test_buckets_are_within_bounds(text: str) -> None:
    """No string makes a bucket that the table has no row for."""
    found = grams([text], buckets=2**8)
    assert found.buckets.dtype == np.int32
    assert all(0 <= bucket < 2**8 for bucket in found.buckets.tolist())


@pytest.mark.parametrize(
    ("text", "lengths", "count"),
    [
        ("abc", (1,), 3),
        ("abc", (2,), 4),  # " a", "ab", "bc", "c "
        ("abc", (3,), 3),
        ("abc", (5,), 1),
        ("abc", (6,), 0),
        ("ab cd", (3,), 4),  # nothing reaches over the space
        ("ab cd", (1, 2), 10),
        ("", (1, 2, 3), 0),
        ("  \n\t ", (1, 2, 3), 0),
    ],
)
def test_parts_stay_within_words(text: str, lengths: tuple[int, ...], count: int) -> None:
    """So many parts of each length, the bounds of a word counting as characters."""
    assert grams([text], buckets=2**16, lengths=lengths, words=False).counts.tolist() == [count]


def test_whole_words() -> None:
    """A word is one bucket wherever it stands; one that a part holds already is not counted again."""
    one, other = (set(_of(grams([text], buckets=2**20, lengths=()), 0)) for text in ("crashed again", "again Crashed"))
    assert one == other
    assert len(one) == 2
    with_words, without = (grams(["abc abcd"], buckets=2**20, lengths=(5,), words=words) for words in (True, False))
    assert with_words.counts[0] == without.counts[0] + 1


def test_letters_only() -> None:
    """Digits and punctuation part words and say nothing themselves."""
    plain = grams(["it's a crash"], buckets=2**16, letters_only=True)
    noisy = grams(["it's... a CRASH!!! 99%"], buckets=2**16, letters_only=True)
    assert _of(plain, 0) == _of(noisy, 0)


def test_only_the_beginning_is_read() -> None:
    """A very long text costs no more than a long one."""
    assert _of(grams(["ab" * 50_000], buckets=2**16), 0) != []
    assert grams(["ab " * 50_000], buckets=2**16, most=30).counts[0] < 200


@pytest.mark.parametrize("buckets", [0, 1, 3, 1000])
def test_buckets_must_be_a_power_of_two(buckets: int) -> None:
    """Another number is refused, not rounded."""
    with pytest.raises(ValueError, match="power of two"):
        grams(["a"], buckets=buckets)
