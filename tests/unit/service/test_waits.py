"""Sources that fail together do not come back together, and a row of failures is told."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from service.domain.sources import in_a_row, wait_after_failure

EVERY = timedelta(minutes=10)


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
