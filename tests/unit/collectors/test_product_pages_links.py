"""Where reviews go on, and what robots headers say."""

from __future__ import annotations

import pytest

from collectors.product_pages.document import header_rules
from collectors.product_pages.pages import read_page

URL = "https://shop.example/games/lantern"


def next_of(body: str, url: str = URL) -> str | None:
    """The next page of a page with this body."""
    return read_page(f"<html><body>{body}</body></html>", url).next_url


@pytest.mark.parametrize(
    ("body", "url", "found"),
    [
        ('<a rel="next" href="?page=2">older</a>', URL, f"{URL}?page=2"),
        ('<a rel="nofollow next" href="/games/lantern/2#top">older</a>', URL, f"{URL}/2"),
        ('<link rel="next" href="https://www.shop.example/games/lantern?p=2">', URL, "https://www.shop.example/games/lantern?p=2"),
        ('<a href="?page=3">3</a><a href="?page=2">2</a>', URL, f"{URL}?page=2"),
        ('<a href="?page=1">1</a><a href="?page=3">3</a><a href="?page=4">4</a>', f"{URL}?page=2", f"{URL}?page=3"),
        ('<a href="?sort=new&p=2">2</a>', f"{URL}?sort=new", f"{URL}?sort=new&p=2"),
        ('<a href="?start=10">2</a><a href="?start=20">3</a>', URL, f"{URL}?start=10"),
        ('<a href="/games/lantern/page/2/">2</a>', f"{URL}/", f"{URL}/page/2/"),
        ('<a href="/games/lantern/comment-page-3/">3</a>', f"{URL}/comment-page-2/", f"{URL}/comment-page-3/"),
        ('<button class="load-more" data-url="/games/lantern?page=2">More</button>', URL, f"{URL}?page=2"),
    ],
)  # fmt: skip
def test_finds_the_next_page(body: str, url: str, found: str) -> None:
    """rel=next, numbered links that differ by the number alone, and "load more" buttons."""
    assert next_of(body, url) == found


@pytest.mark.parametrize(
    "body",
    [
        "",
        '<a rel="next" href="https://other.example/page/2">next</a>',
        '<a rel="next" href="javascript:more()">next</a>',
        '<a rel="next" href="//user:secret@shop.example/2">next</a>',
        '<a rel="next" href="http://[broken">next</a>',
        '<a rel="next" href="#reviews">next</a>',
        '<a rel="next">next</a>',
        '<a href="/games/other?page=2">2</a>',
        '<a href="?page=2&color=red">2</a>',
        '<a href="?page=2" rel="nofollow">2</a>',
        '<a href="?page=99999999999999999999">last</a>',
        '<div data-url="/stats">More</div>',
    ],
)
def test_does_not_follow_what_is_no_next_page(body: str) -> None:
    """Other hosts, other products, scripts and this page itself are no next page."""
    if "data-url" in body:
        assert next_of(body.replace("More", "Count")) is None
    else:
        assert next_of(body) is None


def test_relative_links_are_relative_to_the_pages_base() -> None:
    """`<base href>` counts, unless it is another host's."""
    head = '<base href="/shop/"><a rel="next" href="lantern?page=2">2</a>'
    assert next_of(head) == "https://shop.example/shop/lantern?page=2"
    assert next_of(head.replace("/shop/", "https://other.example/")) == "https://shop.example/games/lantern?page=2"


def test_lists_the_pages_of_the_same_host() -> None:
    """Links of a list page: on the same host, each once, without pictures, baskets and what asks not to be followed."""
    body = (
        '<a href="/a">A</a><a href="/a#top">A</a><a href="https://other.example/b">B</a><a href="/pic.jpg">P</a>'
        '<a href="/cart">C</a><a href="/d?x=1" >D</a><a rel="nofollow" href="/e">E</a>'
    )
    reading = read_page(f"<html><body>{body}</body></html>", URL)
    assert reading.links == ["https://shop.example/a", "https://shop.example/d?x=1"]


@pytest.mark.parametrize(
    ("value", "rules"),
    [
        ("noindex", {"noindex"}),
        ("noindex, nofollow", {"noindex", "nofollow"}),
        ("googlebot: noindex, nofollow", set()),
        ("earful: noai", {"noai"}),
        ("googlebot: noindex, earful: none", {"none"}),
        ("max-snippet: 50, noai", {"max-snippet", "noai"}),
        ("", set()),
    ],
)
def test_robots_headers_for_us_are_heeded(value: str, rules: set[str]) -> None:
    """X-Robots-Tag counts where it names no robot, or ours."""
    assert header_rules(value) == rules
