"""Counts over days as bars, and the finding in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from service.web.charts import TREND_HEIGHT, sparkline, trend

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def test_a_sparkline_has_thirty_days_and_the_last_seven_stand_out() -> None:
    """Zero-based: the busiest day has the whole height, an empty one none."""
    chart = sparkline([NOW, NOW, NOW - timedelta(days=8)], now=NOW, zone=BERLIN)
    assert len(chart.bars) == 30
    assert [bar.count for bar in chart.bars if bar.count] == [1, 2]
    assert [bar.recent for bar in chart.bars] == [False] * 23 + [True] * 7
    assert chart.bars[-1].height == chart.height
    assert chart.bars[-9].height == chart.height / 2


def test_a_days_end_is_that_of_the_zone() -> None:
    """Half past eleven at night in UTC counts for the next day in Berlin."""
    chart = sparkline([datetime(2026, 3, 18, 23, 30, tzinfo=UTC)], now=NOW, zone=BERLIN)
    assert next(bar.begins for bar in chart.bars if bar.count) == date(2026, 3, 19)


def test_a_trend_begins_with_the_first_post_but_shows_four_weeks() -> None:
    """A young issue is not blown up to the whole width."""
    assert trend([NOW], now=NOW, zone=BERLIN).first == date(2026, 2, 21)
    assert trend([NOW - timedelta(days=60)], now=NOW, zone=BERLIN).first == date(2026, 1, 19)


def test_a_long_trend_has_a_bar_a_week() -> None:
    """And still counts every post."""
    times = [NOW - timedelta(days=at) for at in range(0, 300, 3)]
    chart = trend(times, now=NOW, zone=BERLIN)
    assert {bar.days for bar in chart.bars} == {7}
    assert sum(bar.count for bar in chart.bars) == len(times)


def test_events_are_marked_where_they_happened() -> None:
    """One before the picture begins is left out; near the end, the label stands on the other side."""
    events = [(NOW - timedelta(days=90), "1.0"), (NOW - timedelta(days=14), "2.0"), (NOW, "2.1")]
    marks = trend([NOW], now=NOW, zone=BERLIN, events=events).marks
    assert [(mark.label, mark.at_end) for mark in marks] == [("2.0", False), ("2.1", True)]


def test_the_finding_is_a_sentence() -> None:
    """For those who cannot see the picture."""
    times = [NOW, NOW, NOW - timedelta(days=3)]
    assert trend(times, now=NOW, zone=BERLIN).finding == "3 posts from 21 February to 20 March, most on 20 March (2)."
    assert sparkline([], now=NOW, zone=BERLIN).finding == "No posts from 19 February to 20 March."


@given(st.lists(st.integers(0, 400), max_size=40))
def test_bars_stay_within_the_picture(days: list[int]) -> None:
    """And no post is counted twice or lost."""
    times = [NOW - timedelta(days=day) for day in days]
    chart = trend(times, now=NOW, zone=BERLIN)
    assert sum(bar.count for bar in chart.bars) == len(times)
    for bar in chart.bars:
        assert 0 <= bar.x <= 100
        assert bar.x + bar.width <= 100.01
        assert 0 <= bar.height <= TREND_HEIGHT
        assert bar.y + bar.height == TREND_HEIGHT or not bar.count or abs(bar.y + bar.height - TREND_HEIGHT) < 0.02
