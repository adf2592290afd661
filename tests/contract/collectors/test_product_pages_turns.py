"""A crawl takes its turns with everybody else, at the pace that the site asks for."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from collectors.base import Pace, Page, SourceBusy
from collectors.net import Net
from collectors.pacing import OwnPace
from collectors.product_pages.collector import ProductPages
from collectors.product_pages.options import ProductPagesOptions
from collectors.product_pages.orders import Order
from collectors.product_pages.turns import crawl_delay
from tests.recorded.shop import HTML, Answer, Shop, product, texts

QUICK = Pace(requests=20, seconds=1)


def paced(shop: Shop, pace: OwnPace) -> ProductPages:
    """A collector of one product that keeps to the pace."""
    return ProductPages(ProductPagesOptions.model_validate({"url": f"{shop.url}/p"}), Net(shop.url, pacing=pace))


def timed(shop: Shop, count: int) -> list[float]:
    """Fill the shop with so many pages of one product; gives the moments at which it will have been asked for them."""
    moments: list[float] = []

    def page(number: int) -> Answer:
        moments.append(time.monotonic())
        onward = f'<a rel="next" href="/p?page={number + 1}">next</a>' if number < count else ""
        return 200, HTML, product(f"Number {number}.", more=onward).encode()

    for number in range(1, count + 1):
        shop.pages["/p" if number == 1 else f"/p?page={number}"] = lambda _, number=number: page(number)  # type: ignore[misc]  # a lambda's default
    return moments


@pytest.mark.parametrize(("robots", "least"), [("", 0.1), ("User-agent: *\nCrawl-delay: 0.7\n", 1.4)])
def test_the_longer_of_pace_and_crawl_delay_is_kept(shop: Shop, robots: str, least: float) -> None:
    """The delay that robots.txt asks for holds from the first page on: three times between four pages."""
    shop.pages["/robots.txt"] = (200, {"Content-Type": "text/plain"}, robots.encode())
    moments = timed(shop, 4)
    assert texts([*paced(shop, OwnPace(QUICK)).pages(None)]) == [f"Number {n}." for n in range(1, 5)]
    assert moments[-1] - moments[0] > least


def test_a_server_that_is_to_be_left_alone_is_not_asked(shop: Shop) -> None:
    """Somebody was told to wait: the crawl ends in order and says when to come back."""
    timed(shop, 1)
    pace = OwnPace(QUICK)
    pace.rest(shop.url.removeprefix("http://"), 500)
    with pytest.raises(SourceBusy, match=r"left alone for \d+ seconds") as busy:
        list(paced(shop, pace).pages(None))
    assert busy.value.retry_after == pytest.approx(500, abs=60)
    assert shop.asked == []


def test_what_a_crawl_is_told_holds_for_the_next_one(shop: Shop) -> None:
    """429 with Retry-After, in the middle of a crawl or for robots.txt."""
    timed(shop, 2)
    shop.pages["/p?page=2"] = (429, {**HTML, "Retry-After": "300"}, b"")
    pace = OwnPace(QUICK)
    found: list[Page] = []
    with pytest.raises(SourceBusy):
        found.extend(paced(shop, pace).pages(None))
    asked = len(shop.asked)
    with pytest.raises(SourceBusy, match="left alone") as busy:
        list(paced(shop, pace).pages(None))
    assert busy.value.retry_after == pytest.approx(300, abs=60)
    assert len(shop.asked) == asked


def test_a_crawl_ends_with_its_parent(shop: Shop) -> None:
    """Nobody answers for its turns any more: it asks nothing of anybody."""
    order = Order(
        start=(f"{shop.url}/p",), base_url=shop.url, user_agent="t", max_pages=3, follow=True, delay=0, timeout=5,
        max_bytes=1000, seconds=60,
    )  # fmt: skip
    command = [sys.executable, "-m", "collectors.product_pages.crawl"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(order.model_dump_json().encode() + b"\n")
        process.stdin.flush()
        assert b'"turn"' in process.stdout.readline()
        process.stdin.close()
        assert process.wait(60) == 1
    assert shop.asked == []


@pytest.mark.parametrize(
    ("robots", "seconds"),
    [(b"", 0), (b"User-agent: Earful\nCrawl-delay: 5\nUser-agent: *\nCrawl-delay: 9", 5), (b"\xff\xfe", 0),
     (b"User-agent: *\nCrawl-delay: -3", 0), (b"User-agent: *\nCrawl-delay: soon", 0),
     (b"User-agent: *\nCrawl-delay: 1e300", 3600), (b"User-agent: *\nCrawl-delay: nan", 0)],
)  # fmt: skip
def test_every_crawl_delay_is_a_length_of_time(robots: bytes, seconds: float) -> None:
    """Ours before everybody's; nonsense is none, and nobody keeps us away for days by mistake."""
    assert crawl_delay(robots) == seconds
