"""Periods, as people name them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.domain.periods import Period, choose

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 30, 7, 30, tzinfo=UTC)  # half past nine in Berlin, the day after its clocks went forward


def chosen(since: str | None = None, until: str | None = None) -> tuple[str, str]:
    """Both ends, as the clock on the wall shows them."""
    period = choose(since, until, now=NOW, zone=BERLIN)
    return f"{period.since:%Y-%m-%d %H:%M}", f"{period.until:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("since", "until", "ends"),
    [
        (None, None, ("2026-03-23 00:00", "2026-03-30 00:00")),
        ("1d", None, ("2026-03-29 00:00", "2026-03-30 00:00")),
        ("24h", None, ("2026-03-29 09:30", "2026-03-30 09:30")),
        ("2026-03-28", None, ("2026-03-28 00:00", "2026-03-30 09:30")),
        ("2026-03-01", "2026-03-07", ("2026-03-01 00:00", "2026-03-08 00:00")),
        (None, "2026-03-07", ("2026-03-01 00:00", "2026-03-08 00:00")),
        ("2026-03-01T08:30", "2026-03-01T09:00Z", ("2026-03-01 08:30", "2026-03-01 10:00")),
    ],
)
def test_ends(since: str | None, until: str | None, ends: tuple[str, str]) -> None:
    """Days are whole and of the zone; hours count back from now."""
    assert chosen(since, until) == ends


@pytest.mark.parametrize(
    ("since", "until", "what"),
    [
        ("yesterday", None, '"yesterday" is not a time'),
        ("2026-02-30", None, '"2026-02-30" is not a time'),
        ("2026-03-07", "2026-03-01", "Nothing lies between"),
        ("2026-04-07", None, "Nothing lies between"),
        ("2020-01-01", None, "a year at most"),
        ("9999d", None, "a year at most"),
        (None, "9999-12-31", "is not a time"),
    ],
)
def test_what_is_no_period_is_refused_in_words(since: str | None, until: str | None, what: str) -> None:
    """The message says what is wrong."""
    with pytest.raises(ValueError, match=what):
        chosen(since, until)


def test_a_week_with_a_short_day_is_a_week() -> None:
    """The clocks went forward on the 29th: the week before is seven days by the clock on the wall, too."""
    week = choose("7d", None, now=NOW, zone=BERLIN)

    assert week.whole_days == 7
    assert week.until.astimezone(UTC) - week.since.astimezone(UTC) == timedelta(hours=167)
    assert (f"{week.before.since:%d %H:%M}", f"{week.before.until:%d %H:%M}") == ("16 00:00", "23 00:00")
    assert week.before.whole_days == 7


def test_the_end_is_not_included() -> None:
    """What was written at midnight is the next period's."""
    day = Period(since=datetime(2026, 3, 1, tzinfo=BERLIN), until=datetime(2026, 3, 2, tzinfo=BERLIN), zone=BERLIN)

    assert day.holds(datetime(2026, 2, 28, 23, 0, tzinfo=UTC))
    assert not day.holds(datetime(2026, 3, 1, 23, 0, tzinfo=UTC))
    assert day.last_day.isoformat() == "2026-03-01"
