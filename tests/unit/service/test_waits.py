"""How long a source is left alone after failures: longer each time, never too short, and not all at once."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from service.domain.sources import LONGEST_WAIT, in_a_row, wait_after_failure

EVERY = timedelta(minutes=10)


def test_waits_grow_to_six_hours() -> None:
    """Each longer than the one before, until the longest; a quarter more at most."""
    waits = [wait_after_failure(failures, every=EVERY, number=7) for failures in range(1, 6)]
    assert all(earlier < later for earlier, later in pairwise(waits))
    last = wait_after_failure(30, every=EVERY, number=7)
    assert LONGEST_WAIT <= last <= LONGEST_WAIT * 1.25
    assert wait_after_failure(30, every=timedelta(days=2)) >= timedelta(days=2)


@pytest.mark.parametrize("asked", [0.0, 5.0, 90_000.0])
def test_no_wait_is_shorter_than_was_asked_for(asked: float) -> None:
    """Nor than the source's own rhythm twice."""
    wait = wait_after_failure(1, every=EVERY, retry_after=asked, number=3)
    assert wait >= max(timedelta(seconds=asked), 2 * EVERY)


def test_those_that_failed_together_do_not_come_back_together() -> None:
    """Fifty sources are spread over the added quarter, no two within a second of each other."""
    waits = sorted(wait_after_failure(2, every=EVERY, number=number) for number in range(50))
    assert waits[0] >= 4 * EVERY
    assert waits[-1] <= 5 * EVERY
    assert min(later - earlier for earlier, later in pairwise(waits)) > timedelta(seconds=1)


def test_a_row_of_failures_is_told() -> None:
    """Two may be chance."""
    assert in_a_row(2) == ""
    assert "3 times in a row" in in_a_row(3)
