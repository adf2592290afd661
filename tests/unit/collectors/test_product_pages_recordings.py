"""Real pages that others saved: nothing raises, and each page flagged as carrying reviews yields them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from collectors.base import Post
from collectors.product_pages.opinions import make_post
from collectors.product_pages.pages import Reading, read_page

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def readings(shared_folder: Path) -> dict[str, tuple[str, Reading]]:
    """Each recorded page, read: what its index says of it, and what was found."""
    folder = shared_folder / "payloads" / "product_pages"
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines()]
    return {
        row["file"]: (
            row["shows"],
            read_page((folder / row["file"]).read_text(encoding="utf-8", errors="replace"), "https://shop.example/p"),
        )
        for row in rows
    }


def posts(reading: Reading) -> list[Post]:
    """The posts of a reading, undated ones as fetched today."""
    return [make_post({**raw, "fetched_at": "2026-03-01T10:00:00+00:00"}) for raw in reading.reviews]


def test_every_flagged_page_yields_reviews(readings: dict[str, tuple[str, Reading]]) -> None:
    """Where the index counts review bodies or microdata reviews there are posts; where it counts none, none."""
    flagged = {
        name: sum(int(number) for number in re.findall(r"(?:reviewBody|microdata review)×(\d+)", shows))
        for name, (shows, _) in readings.items()
        if "×" in shows
    }
    assert flagged
    for name, number in flagged.items():
        found = len(posts(readings[name][1]))
        assert (found > 0) == (number > 0), name
        assert found <= number, name


def test_nothing_is_set_aside_on_well_formed_pages(readings: dict[str, tuple[str, Reading]]) -> None:
    """The recorded pages are sound, odd ones included: each review in them can be read."""
    assert {name: reading.set_aside for name, (_, reading) in readings.items() if reading.set_aside} == {}


def test_reviews_of_real_pages_are_sane(readings: dict[str, tuple[str, Reading]]) -> None:
    """Ratings are on their scale, dates are of the web's age, a product is named, and no markup is left in texts."""
    everything = [post for _, reading in readings.values() for post in posts(reading)]
    assert everything
    for post in everything:
        assert 2000 <= post.created_at.year <= 2026
        assert post.product
        assert not re.search(r"</?(?:p|br|div|span)\b|&(?:amp|quot|#\d+);", post.text)
    assert len({post.external_id for post in everything}) == len(everything)


def test_counts_of_real_pages_cover_what_they_show(readings: dict[str, tuple[str, Reading]]) -> None:
    """Where a page says how many reviews there are, it does not carry more."""
    for name, (_, reading) in readings.items():
        if reading.total:
            assert len(reading.reviews) <= reading.total, name
