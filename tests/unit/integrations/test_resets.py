"""Waits that a platform tells as a moment, against the time of its own answer."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from integrations.base import TargetBusy
from integrations.net import Heard
from integrations.resets import asks_to_wait

DATE = "Sun, 22 Nov 2026 15:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"date": DATE, "reset": "2026-11-22T15:00:17.000Z"}, 17.0),
        ({"date": DATE, "reset": "1795359617"}, 17.0),
        ({"date": DATE, "reset": "1795359617", "retry-after": "5"}, 5.0),
        ({"date": DATE, "reset": "2026-11-22T14:00:00Z"}, 0.0),
        ({"date": DATE, "other": "1795359617"}, None),
        ({"date": DATE, "reset": "soon"}, None),
        ({"date": "soon", "reset": "1795359617"}, None),
        ({"reset": "1795359617"}, None),
        ({}, None),
    ],
)
def test_the_wait_is_between_two_times_of_the_platform(headers: Mapping[str, str], wait: float | None) -> None:
    """Retry-After goes before; without the time of the answer, or with a damaged one, nothing is said."""
    busy = asks_to_wait("Lamps", "reset")(Heard(status=429, headers=headers))
    assert isinstance(busy, TargetBusy)
    assert busy.retry_after == wait


def test_other_answers_are_not_its_business() -> None:
    """A wait is asked for with 429 alone."""
    assert asks_to_wait("Lamps", "reset")(Heard(status=503, headers={"date": DATE, "reset": "1795359617"})) is None
