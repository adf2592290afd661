"""Times, counts and labels as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from nlp.base import Intent, Sentiment
from service.domain.cases import CaseState
from service.domain.issues import IssueState
from service.domain.outbox import OutboxState
from service.domain.people import Evidence, IdentityState, Lifecycle
from service.domain.sources import SourceState
from service.web import words

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=6, hours=23), "6 days ago"),
        (timedelta(days=7), "13 Mar"),
        (timedelta(days=400), "13 Feb 2025"),
        (-timedelta(seconds=20), "in a moment"),
        (-timedelta(minutes=10), "in 10 min"),
        (-timedelta(hours=3), "in 3 h"),
        (-timedelta(days=3), "23 Mar"),
    ],
)
def test_times_are_told_in_few_letters(passed: timedelta, expected: str) -> None:
    """How long ago, how soon, or the day."""
    assert words.ago(NOW - passed, NOW, BERLIN) == expected


def test_the_day_is_that_of_the_companys_zone() -> None:
    """Half past eleven at night in UTC is already tomorrow in Berlin."""
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert words.day(late, NOW, BERLIN) == "2 Mar"
    assert words.exact(late, BERLIN) == "Mon 2 Mar 2026, 00:30 CET"


@pytest.mark.parametrize(("score", "expected"), [(0.0, "1 %"), (0.004, "1 %"), (0.555, "56 %"), (1.0, "99 %")])
def test_a_model_is_never_certain(score: float, expected: str) -> None:
    """Neither 0 nor 100 per cent."""
    assert words.percent(score) == expected


def test_counts_stop_where_counting_stopped() -> None:
    """A capped count says that there are more."""
    assert words.capped(999, 1000) == "999"
    assert words.capped(1000, 1000) == "999+"
    assert words.count(1, "post") == "1 post"
    assert words.count(1204, "reply", "replies") == "1,204 replies"


@pytest.mark.parametrize(
    ("label", "stars"), [("4/5", 4), ("0/5", 0), ("9/10", None), ("Recommended", None), (None, None)]
)
def test_only_ratings_of_five_are_stars(label: str | None, stars: int | None) -> None:
    """Others are shown as the platform says them."""
    assert words.stars(label) == stars


def test_every_label_and_state_has_words() -> None:
    """A new one cannot be forgotten here."""
    assert set(words.SENTIMENTS) == set(Sentiment)
    assert set(words.INTENTS) == set(Intent)
    for table, states in (
        (words.CASES, CaseState),
        (words.ISSUES, IssueState),
        (words.OUTBOX, OutboxState),
        (words.SOURCES, SourceState),
        (words.IDENTITIES, IdentityState),
        (words.EVIDENCE, Evidence),
        (words.LIFECYCLES, Lifecycle),
    ):
        assert set(table) == set(states)


def test_a_label_of_a_newer_version_is_shown_as_it_is() -> None:
    """Without its underscores."""
    assert words.state(words.CASES, "handed_over").word == "Handed over"
    assert words.sentiment("very_angry") == "Very angry"
    assert words.lifecycle("vip_guest") == "Vip guest"
    assert words.evidence("voice_match") == "Voice match"
    assert words.language("tlh") == "tlh"
    assert words.language("pt-BR") == "Portuguese"
