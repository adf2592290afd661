"""Fields of other people's payloads: times as text, and lists that hold what they should not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from collectors.base import JSON, PostUnreadable
from collectors.fields import instant, instant_or_none, objects


@pytest.mark.parametrize(
    "value",
    [
        "2026-09-21T10:00:00Z", "2026-09-21T10:00:00.000Z", "2026-09-21T12:00:00+02:00", "2026-09-21T10:00:00",
        " 2026-09-21T10:00:00+00:00 ", "20260921T100000Z",
    ],
)  # fmt: skip
def test_instants_in_each_form(value: str) -> None:
    """With a zone, with another one, and without: always the same moment in UTC."""
    found = instant({"at": value}, "at")
    assert found == datetime(2026, 9, 21, 10, tzinfo=UTC)
    assert found.tzinfo is UTC


@pytest.mark.parametrize("value", ["yesterday", "", None, 1790000000, True, [], "0001-01-01T00:00:00+14:00"])
def test_what_is_no_instant_is_named(value: JSON) -> None:
    """The field is named where it must be there, and None where it may be missing."""
    with pytest.raises(PostUnreadable, match="The field at"):
        instant({"at": value}, "at")
    assert instant_or_none({"at": value}, "at") is None


def test_only_objects_of_a_list() -> None:
    """Everything else in it is left out, and so is what is no list."""
    assert objects([{"a": 1}, None, 3, [{}]]) == [{"a": 1}]
    assert objects({"a": 1}) == []
    assert objects(None) == []
