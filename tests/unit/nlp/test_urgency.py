"""Urgency is a plain rule: reasons add up, a happy person's words weigh less, spam can wait."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.heads.urgency import urgency

_SHARE = st.floats(0, 1)


def of(text: str = "", **beside: float) -> float:
    """The urgency of a text about which only this is known."""
    return urgency(
        chances={"bug_report": beside.get("bug", 0.0), "churn_threat": beside.get("churn", 0.0)},
        negative=beside.get("negative", 0.0),
        positive=beside.get("positive", 0.0),
        rating=beside.get("rating"),
        text=text,
        spam=beside.get("spam", 0.0),
    )


def test_nothing_is_not_urgent() -> None:
    """Without a reason it can wait."""
    assert of() == 0


@pytest.mark.parametrize(
    "cue",
    [
        "my account was hacked",
        "I was charged twice",
        "mein Spielstand ist weg",
        "on m'a débité deux fois",
        "es wurde doppelt abgebucht",
        "взломали аккаунт",
        "срочно помогите",
        "セーブデータが消えました",
        "账号被盗了",
        "my lawyer will write to you",
        "the battery caught fire",
        "can't log in",
    ],
)
def test_strong_cues_raise_it(cue: str) -> None:
    """Danger, theft, lost money or work, closed doors and the law count in many languages."""
    assert of(cue, negative=0.5) >= 0.35


@pytest.mark.parametrize("text", ["the battle royale mode is fire", "I saved the data", "a firework of ideas"])
def test_harmless_words_do_not(text: str) -> None:
    """Words that only look like cues raise nothing."""
    assert of(text) == 0


def test_reasons_add_up() -> None:
    """Two reasons are more urgent than either, and never more than one."""
    assert of(bug=1.0) < of(bug=1.0, churn=1.0) < of("hacked", bug=1.0, churn=1.0, negative=1.0, rating=0.0) <= 1


def test_a_happy_person_is_less_urgent() -> None:
    """The same cue in praise weighs less."""
    assert of("the intro where the ship exploded", positive=1.0) < of("the phone exploded", negative=1.0) / 2


def test_spam_can_wait() -> None:
    """What is surely spam is never urgent."""
    assert of("urgent! your account was hacked", spam=1.0) < 0.1


@given(_SHARE, _SHARE, _SHARE, _SHARE, st.one_of(st.none(), _SHARE), st.text(max_size=50), _SHARE)
def test_always_within_bounds(
    bug: float, churn: float, negative: float, positive: float, rating: float | None, text: str, spam: float
) -> None:
    """Whatever the readings, 0 to 1."""
    told = urgency(
        chances={"bug_report": bug, "churn_threat": churn},
        negative=negative,
        positive=positive,
        rating=rating,
        text=text,
        spam=spam,
    )
    assert 0 <= told <= 1
