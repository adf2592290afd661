"""Addresses: those we make, those from outside, and the times and spans in them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from service.errors import Invalid
from service.store.paging import cursor, parts_of
from service.web.queries import moment_of
from service.web.render import address, web_link

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def test_an_address_changes_only_what_is_named() -> None:
    """Lists repeat their name; None and empty values are left out; everything is quoted."""
    given = {"source": ["a", "b&c"], "q": "x y", "view": "bugs"}
    assert address("/", given, view=None, post=3) == "/?source=a&source=b%26c&q=x+y&post=3"
    assert address("/issues", {}, q="") == "/issues"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https://", False),
        ("https://[::1", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url: str | None, kept: bool) -> None:
    """Posts come with whatever their authors wrote."""
    assert web_link(url) == (url if kept else None)


@pytest.mark.parametrize(
    ("given", "end", "expected"),
    [
        ("24h", False, datetime(2026, 3, 19, 12, 0, tzinfo=UTC)),
        ("7d", False, datetime(2026, 3, 13, 12, 0, tzinfo=UTC)),
        ("2026-03-01", False, datetime(2026, 2, 28, 23, 0, tzinfo=UTC)),
        ("2026-03-01", True, datetime(2026, 3, 1, 23, 0, tzinfo=UTC)),
        ("2026-03-29", True, datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
        ("2026-03-01T08:30", False, datetime(2026, 3, 1, 7, 30, tzinfo=UTC)),
        ("2026-03-01T08:30:00Z", True, datetime(2026, 3, 1, 8, 30, tzinfo=UTC)),
    ],
)
def test_days_and_spans_mean_the_companys_own(given: str, end: bool, expected: datetime) -> None:
    """A day is one of its zone, as an end it counts whole, also when the clock changes; a span counts back from now."""
    assert moment_of(given, now=NOW, zone=BERLIN, end=end) == expected


def test_a_cursor_comes_back_as_it_went() -> None:
    """And one of another list, or garbage, is refused in words."""
    made = cursor(NOW, 17)
    assert parts_of(made, datetime.fromisoformat, int) == (NOW, 17)
    for wrong in (cursor(17), "garbage", "é", made[:-3], ""):
        with pytest.raises(Invalid, match="does not belong to this list"):
            parts_of(wrong, datetime.fromisoformat, int)
