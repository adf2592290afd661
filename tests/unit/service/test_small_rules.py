"""Rules of a few lines: titles of issues, links by exact keys, the outbox's moves, waits after failures."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.linking import Keys, decide
from service.domain.outbox import MOVES, OutboxState, move
from service.domain.people import Evidence, IdentityState
from service.domain.sources import wait_after_failure
from service.domain.titles import LONGEST, Voice, title_of


def voice(text: str, *, language: str = "en", nearness: float = 0.5, title: str | None = None) -> Voice:
    """One report."""
    return Voice(title=title, text=text, language=language, nearness=nearness)


def test_an_issue_is_called_by_its_most_central_english_sentence() -> None:
    """English first, then the nearest to the centre, and the first sentence of a fitting length."""
    voices = [
        voice("Das Spiel stürzt beim Laden immer ab.", language="de", nearness=0.99),
        voice("Ugh. The game crashes whenever I load my campaign. Please help!", nearness=0.8),
        voice("It also crashes for me on my laptop.", nearness=0.7),
    ]

    assert title_of(voices, fallback="-") == "The game crashes whenever I load my campaign."


def test_a_title_of_its_own_wins_and_addresses_are_left_out() -> None:
    """What the author called it is better than a sentence; links are not part of a name."""
    assert title_of([voice("See https://x.example/1", title="Crash when loading a save")], fallback="-") == (
        "Crash when loading a save"
    )
    assert title_of([voice("Look at https://x.example/abc")], fallback="3 posts about it") == "3 posts about it"


@given(st.lists(st.text(max_size=400), max_size=4))
def test_a_title_is_one_short_line(texts: list[str]) -> None:
    """Whatever people write, the name fits in a line."""
    title = title_of([voice(text) for text in texts], fallback="nothing fits")

    assert len(title) <= LONGEST
    assert "\n" not in title


@pytest.mark.parametrize(
    ("confirmed", "by_email", "by_order", "expected"),
    [
        (7, 1, 2, None),
        (None, None, None, None),
        (None, 1, None, (1, IdentityState.CONFIRMED, Evidence.VERIFIED_EMAIL)),
        (None, None, 2, (2, IdentityState.CONFIRMED, Evidence.ORDER_NUMBER)),
        (None, 1, 1, (1, IdentityState.CONFIRMED, Evidence.VERIFIED_EMAIL)),
        (None, 1, 2, (1, IdentityState.SUGGESTED, Evidence.VERIFIED_EMAIL)),
    ],
    ids=["already known", "no key", "e-mail", "order", "both agree", "both disagree"],
)
def test_only_exact_keys_that_agree_link(
    confirmed: int | None, by_email: int | None, by_order: int | None, expected: object
) -> None:
    """Two keys that name different people are a question for a person."""
    link = decide(
        Keys(confirmed=confirmed, by_email=by_email, by_order=by_order, email="ann@example.org", order_number="O-1")
    )

    assert (None if link is None else (link.customer_id, link.state, link.evidence)) == expected
    assert link is None or "ann@example.org" in link.reason or "O-1" in link.reason


@pytest.mark.parametrize(("current", "wanted"), list(product(OutboxState, OutboxState)))
def test_the_outbox_moves_only_as_its_table_says(current: OutboxState, wanted: OutboxState) -> None:
    """A move that is not in the table is a mistake, and says which."""
    if wanted in MOVES[current]:
        assert move(current, wanted) == wanted
    else:
        with pytest.raises(ValueError, match=f"that is {current} cannot become {wanted}"):
            move(current, wanted)


def test_what_may_have_left_is_never_simply_sent_again() -> None:
    """From `uncertain` there is no way to `sending` but over a look that found nothing."""
    assert OutboxState.SENDING not in MOVES[OutboxState.UNCERTAIN]


@given(st.integers(1, 40), st.integers(1, 10_000), st.none() | st.floats(0, 1e6), st.integers(0, 10_000))
def test_waits_grow_but_not_forever(failures: int, minutes: int, retry_after: float | None, number: int) -> None:
    """At least what the platform asked, at most six hours or the source's own rhythm, and a quarter."""
    every = timedelta(minutes=minutes)
    wait = wait_after_failure(failures, every=every, retry_after=retry_after, number=number)

    assert wait >= timedelta(seconds=retry_after or 0)
    assert wait <= max(timedelta(hours=6) * 1.25, every * 1.25, timedelta(seconds=retry_after or 0))
    assert wait_after_failure(failures + 1, every=every, retry_after=retry_after, number=number) >= wait
