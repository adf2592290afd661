"""When silence is unusual: learnt from a source's own rhythm, and not guessed from little."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.domain.freshness import ENOUGH, in_words, quiet_since, usual_quiet

START = datetime(2026, 11, 1, tzinfo=UTC)


def every(step: timedelta, posts: int) -> list[datetime]:
    """When `posts` posts were written, evenly."""
    return [START + step * number for number in range(posts)]


def test_little_history_tells_nothing() -> None:
    """One silence less than enough, and there is no alarm however long it lasts."""
    times = every(timedelta(hours=1), ENOUGH)
    assert usual_quiet(times) is None
    assert quiet_since(times, now=START + timedelta(days=900)) is None
    assert usual_quiet([]) is None


@pytest.mark.parametrize(
    ("step", "usual"),
    [
        (timedelta(seconds=5), timedelta(hours=1)),
        (timedelta(hours=1), timedelta(hours=2)),
        (timedelta(days=7), timedelta(days=14)),
    ],
)
def test_the_rhythm_is_the_source_s_own(step: timedelta, usual: timedelta) -> None:
    """A source of seconds is silent after an hour, a weekly one after two weeks; order does not matter."""
    times = every(step, ENOUGH + 1)
    assert usual_quiet(list(reversed(times))) == usual
    newest = max(times)
    assert quiet_since(times, now=newest + usual) is None
    assert quiet_since(times, now=newest + usual + timedelta(seconds=1)) == newest


def test_one_long_silence_does_not_hide_the_next() -> None:
    """Of two hundred silences one lasted a month: the 99th percentile is still that of the rest."""
    times = every(timedelta(hours=1), 200)
    times.append(times[-1] + timedelta(days=30))
    assert usual_quiet(times) == timedelta(hours=2)


@pytest.mark.parametrize(("hours", "length"), [(1.0, "an hour"), (9.4, "9 hours"), (72.0, "3 days")])
def test_what_is_usual_in_words(hours: float, length: str) -> None:
    """As people say it."""
    assert in_words(hours) == f"It is seldom quiet for longer than {length}."
