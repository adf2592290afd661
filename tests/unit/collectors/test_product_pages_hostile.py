"""Any page at all: reading never raises, ends, and hands over only what can be stored and parsed again."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.base import RawPost
from collectors.product_pages.opinions import make_post
from collectors.product_pages.pages import Reading, read_page

URL = "https://shop.example/games/lantern"
FETCHED: RawPost = {"fetched_at": "2026-03-01T10:00:00+00:00"}

_names = st.sampled_from(
    ["@type", "@id", "@graph", "review", "reviews", "itemReviewed", "reviewBody", "reviewRating", "ratingValue",
     "bestRating", "author", "name", "datePublished", "inLanguage", "url", "aggregateRating", "reviewCount", "@value"]
)  # fmt: skip
_leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["Review", "Product", "https://schema.org/Review", "#a", "#b", "2026-02-03", "4/5", "de", "http://[x"]
    )
)
_json = st.recursive(_leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names, inner, max_size=6))
_markup = st.lists(
    st.sampled_from(
        ['<div itemscope itemtype="https://schema.org/Review">', '<div itemscope itemprop="review" itemref="a b">',
         '<p itemprop="reviewBody" id="a">', '<time itemprop="datePublished">', "</div>", "</p>", "<b>", "text", "<!--",
         '<span itemprop="reviewRating" itemscope id="b">', '<meta itemprop="ratingValue" content="4">', "<![CDATA[",
         '<a rel="next" href="?page=2">', '<script type="application/ld+json">', "</script>", "\x00", "&#xD800;",
         '<base href="http://[">', '<link rel="canonical" href="http://[x">', "<svg><style>", "<table><tr>", "\ud800"]
    ) | st.text(max_size=8),
    max_size=40,
).map("".join)  # fmt: skip


def check(reading: Reading) -> None:
    """All that a reading promises."""
    ids = [raw["id"] for raw in reading.reviews]
    assert len(ids) == len(set(ids))
    for raw in reading.reviews:
        stored = json.loads(json.dumps({**raw, **FETCHED}, allow_nan=False).encode("utf-8").decode())
        post = make_post(stored)
        assert post.text or post.rating is not None
        assert "\x00" not in json.dumps(stored)
        assert post.url is None or post.url.startswith("https://shop.example/")


@settings(max_examples=60, deadline=None)
@given(st.lists(_json, max_size=3))
def test_any_json_ld_is_read_or_set_aside(nodes: list[object]) -> None:
    """Nodes of any shape under the names that reviews use."""
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(node)}</script>' for node in nodes)
    check(read_page(f"<html><head>{scripts}</head></html>", URL))


@settings(max_examples=60, deadline=None)
@given(_markup)
def test_any_markup_is_read_or_set_aside(text: str) -> None:
    """Tags in any order, unclosed, with references in circles."""
    check(read_page(text, URL))


def test_deep_nesting_is_bounded() -> None:
    """A thousand levels of objects, lists or elements break nothing, and do not hide the neighbours."""
    good = '<script type="application/ld+json">{"@type": "Review", "reviewBody": "Good."}</script>'
    deep = '{"review":' * 5000 + "1" + "}" * 5000
    lists = '{"@type": "Product", "name": "x", "review":' + "[" * 900 + "]" * 900 + "}"
    scripts = "".join(f'<script type="application/ld+json">{text}</script>' for text in (deep, lists))
    items = '<div itemscope itemprop="review" itemtype="https://schema.org/Review">' * 3000
    reading = read_page(f"<html><head>{good}{scripts}</head><body>{items}</body></html>", URL)
    check(reading)
    assert "Good." in [make_post({**raw, **FETCHED}).text for raw in reading.reviews]
    assert any("nested too deeply" in aside.reason for aside in reading.set_aside)


def test_a_review_of_a_books_length_is_set_aside() -> None:
    """A block too large to be a review is named, and its neighbours are read."""
    nodes = [{"@type": "Review", "reviewBody": "x" * 300_000}, {"@type": "Review", "reviewBody": "Good."}]
    reading = read_page(f'<script type="application/ld+json">{json.dumps(nodes)}</script>', URL)
    assert len(reading.reviews) == 1
    assert "more than 200000 are not read" in reading.set_aside[0].reason
    assert len(reading.set_aside[0].raw) <= 2000


def test_many_reviews_on_one_page_are_read_in_reasonable_steps() -> None:
    """Three thousand reviews in both markups are matched up, each once."""
    nodes = [{"@type": "Review", "reviewBody": f"Number {n}.", "author": "A"} for n in range(3000)]
    items = "".join(
        f'<div itemscope itemtype="https://schema.org/Review"><p itemprop="reviewBody">Number {n}.</p></div>'
        for n in range(3000)
    )
    script = f'<script type="application/ld+json">{json.dumps(nodes)}</script>'
    assert len(read_page(f"<html><head>{script}</head><body>{items}</body></html>", URL).reviews) == 3000
