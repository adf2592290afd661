"""The product page collector against a small shop on loopback, over real HTTP, in its real process."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from collectors.base import Cursor, Page, SourceBusy, SourceRefused
from collectors.net import Net
from collectors.product_pages import SPEC
from collectors.product_pages.options import ProductPagesOptions
from collectors.product_pages.orders import Order
from collectors.product_pages.process import crawl
from tests.recorded.shop import HTML, Answer, Shop, collector, product, run, texts


def last_cursor(pages: list[Page]) -> Cursor:
    """The cursor to go on from."""
    return next(page.cursor for page in reversed(pages) if page.cursor is not None)


def test_reads_all_pages_of_reviews_and_says_how_many_there_are(shop: Shop) -> None:
    """Pagination is followed to its end, loops stop, the page's count is told, and the agent says who it is."""
    shop.html("/p", product("One.", "Two.", more='<a rel="next" href="/p?page=2">2</a>', total=5))
    shop.html("/p?page=2", product("Two.", "Three.", more='<a rel="next" href="/p?page=3">3</a>', total=5))
    shop.html("/p?page=3", product("One.", more='<a rel="next" href="/p?page=4">4</a>', total=5))
    shop.html("/p?page=4", product("Never asked."))
    pages = run(f"{shop.url}/p", base_url=shop.url)
    assert texts(pages) == ["One.", "Two.", "Three."]
    assert {page.total for page in pages} == {5}
    assert pages[-1].gap is None
    assert shop.asked == ["/robots.txt", "/p", "/p?page=2", "/p?page=3"]
    assert shop.agents == {Net().user_agent}
    (post,) = [post for page in pages for post in page.posts if post.text == "One."]
    assert collector(f"{shop.url}/p", base_url=None).parse(post.raw) == post


def test_only_new_and_changed_reviews_come_again(shop: Shop) -> None:
    """A second run hands over what is new or changed, and keeps the first sight of an undated review."""
    shop.html("/p", product("One.", "Two.", date=None))
    first = run(f"{shop.url}/p", base_url=shop.url)
    met = {post.text: post.created_at for page in first for post in page.posts}
    time.sleep(1.1)  # times are kept in whole seconds; the second run must have another one
    shop.html(
        "/p",
        product("One.", "Two.", "Three.", date=None).replace(
            '"Two.", "author": "Ann"', '"Two.", "author": "Ann", "upvoteCount": 3'
        ),
    )
    second = run(f"{shop.url}/p", base_url=shop.url, cursor=json.loads(json.dumps(last_cursor(first))))
    assert texts(second) == ["Two.", "Three."]
    again = {post.text: post.created_at for page in second for post in page.posts}
    assert again["Two."] == met["Two."]
    assert again["Three."] > met["Two."]


def test_an_unchanged_start_page_may_say_so(shop: Shop) -> None:
    """After a whole crawl the server is asked with its ETag, and "not modified" is not an empty page."""

    def page(headers: dict[str, str]) -> Answer:
        if headers.get("if-none-match") == '"v1"':
            return 304, {"ETag": '"v1"'}, b""
        return 200, {**HTML, "ETag": '"v1"'}, product("One.").encode()

    shop.pages["/p"] = page
    first = run(f"{shop.url}/p", base_url=shop.url)
    second = run(f"{shop.url}/p", base_url=shop.url, cursor=last_cursor(first))
    assert texts(first) == ["One."]
    assert [page.not_modified for page in second] == [True, False]
    assert texts(second) == []


def test_the_operators_server_stands_in_for_the_shop(shop: Shop) -> None:
    """With a base URL the shop's own address stays in links and ids, and all its pages come from the stand-in."""
    shop.html("/p", product("One.", more='<a rel="next" href="https://shop.example/p?page=2">2</a>'))
    shop.html("/p?page=2", product("Two."))
    posts = [post for page in run("https://shop.example/p", base_url=shop.url) for post in page.posts]
    assert [post.url for post in posts] == ["https://shop.example/p", "https://shop.example/p?page=2"]


def test_robots_rules_are_obeyed(shop: Shop) -> None:
    """What robots.txt or the page itself forbids is not read, and said."""
    shop.pages["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"User-agent: Earful\nDisallow: /staff\n")
    shop.html("/staff/p", product("Secret."))
    shop.html("/tagged", product("Private."), X_Robots_Tag="noai")
    shop.html(
        "/open", product("Open.", more='<meta name="robots" content="nofollow"><a rel="next" href="/open2">2</a>')
    )
    pages = run(f"{shop.url}/staff/p {shop.url}/tagged {shop.url}/open", base_url=shop.url)
    assert texts(pages) == ["Open."]
    reasons = " ".join(aside.reason for page in pages for aside in page.set_aside)
    assert "robots.txt asks us not to read" in reasons
    assert "leave it alone (noai)" in reasons
    assert "1 of 3 pages could not be read" in (pages[-1].gap or "")
    assert not {"/staff/p", "/open2"} & set(shop.asked)


def test_private_addresses_are_refused_on_every_way(shop: Shop, open_shop: Callable[[], Shop]) -> None:
    """Redirects to other ports, private networks, metadata servers, odd spellings and schemes are not followed."""
    inside = open_shop()
    inside.html("/admin", product("Inside."))
    port = inside.url.rpartition(":")[2]
    targets = [
        f"{inside.url}/admin",
        f"http://localhost:{port}/admin",
        f"http://2130706433:{port}/admin",
        f"http://0x7f.1:{port}/admin",
        f"http://[::ffff:127.0.0.1]:{port}/admin",
        "http://10.0.0.1/admin",
        "http://169.254.169.254/latest/meta-data/",
        "ftp://127.0.0.1/admin",
        "file:///etc/passwd",
        f"http://user:word@127.0.0.1:{port}/admin",
    ]
    for number, target in enumerate(targets):
        shop.redirect(f"/r{number}", target)
    shop.html("/p", product("Open."))
    starts = " ".join(f"{shop.url}/r{number}" for number in range(len(targets)))
    pages = run(f"{starts} {shop.url}/p", base_url=shop.url)
    assert texts(pages) == ["Open."]
    assert inside.asked == []
    asides = {aside.place: aside.reason for page in pages for aside in page.set_aside}
    assert len(asides) == len(targets)
    for number in range(7):
        assert "not a public address" in asides[f"{shop.url}/r{number}"]


def test_an_address_that_nobody_named_is_refused_outright(shop: Shop) -> None:
    """A private start page without a base URL is refused, with what to do."""
    shop.html("/p", product("Inside."))
    with pytest.raises(SourceRefused, match=r"not a public address.*base"):
        run(f"{shop.url}/p", base_url=None)
    assert shop.asked == []


def test_a_server_that_asks_to_wait_is_left_at_once(shop: Shop) -> None:
    """429 with Retry-After ends the crawl: what came before is handed over, nothing more is asked."""
    shop.html("/p", product("One.", more='<a rel="next" href="/p?page=2">2</a>'))
    shop.pages["/p?page=2"] = (429, {**HTML, "Retry-After": "77"}, b"slow down")
    pages: list[Page] = []
    with pytest.raises(SourceBusy) as busy:
        pages.extend(collector(f"{shop.url}/p", base_url=shop.url).pages(None))
    assert busy.value.retry_after == 77
    assert shop.asked.count("/p?page=2") == 1
    shop.pages["/robots.txt"] = (503, {"Retry-After": "5"}, b"")
    with pytest.raises(SourceBusy, match=r"robots\.txt") as closed:
        run(f"{shop.url}/p", base_url=shop.url)
    assert closed.value.retry_after == 5


def test_bad_answers_leave_their_neighbours_alone(shop: Shop) -> None:
    """Garbage, a huge page, a bomb, a cut-off body, a picture, a 404: each is named, the good page is read."""
    shop.html("/good", product("Good."))
    shop.pages["/garbage"] = (200, HTML, bytes(range(256)) * 50 + b"<script type='application/ld+json'>{{{</script>")
    shop.pages["/huge"] = (200, HTML, b"<p>" + b"x" * 5_100_000)
    bomb = {**HTML, "Content-Encoding": "gzip"}
    shop.pages["/bomb"] = (200, bomb, gzip.compress(b"<p>" + b"x" * 20_000_000))
    shop.pages["/picture"] = (200, {"Content-Type": "image/png"}, b"\x89PNG")
    shop.pages["/cut"] = (200, {**HTML, "Content-Length": "5000"}, b"<html>")
    shop.html("/plain", "<p>Ten reviews, and no markup.")
    shop.html("/script", product(total=10))
    names = ("plain", "script", "garbage", "huge", "bomb", "picture", "cut", "missing", "good")
    pages = run(" ".join(f"{shop.url}/{name}" for name in names), base_url=shop.url)
    assert texts(pages) == ["Good."]
    reasons = {
        aside.place.rpartition("/")[2].partition(":")[0]: aside.reason for page in pages for aside in page.set_aside
    }
    assert "no schema.org markup" in reasons["plain"]
    assert "10 reviews, and carries none" in reasons["script"]
    assert "not valid" in reasons["garbage"]
    assert "more than 5 MB" in reasons["huge"]
    assert "more than we read" in reasons["bomb"]
    assert "not a web page" in reasons["picture"]
    assert "broke its answer off" in reasons["cut"]
    assert "404" in reasons["missing"]
    assert "5 of 9 pages could not be read" in (pages[-1].gap or "")


def test_a_list_page_leads_to_its_products(shop: Shop) -> None:
    """A start page without products of its own is a list; its links on the same host are read, up to the limit."""
    shop.html("/list", "".join(f'<a href="/p{n}">{n}</a>' for n in range(5)) + '<a href="https://other.example/">x</a>')
    for number in range(5):
        shop.html(f"/p{number}", product(f"Number {number}."))
    pages = run(f"{shop.url}/list", base_url=shop.url, max_pages=4)
    assert texts(pages) == ["Number 0.", "Number 1.", "Number 2."]
    assert "limit of 4 pages was reached" in (pages[-1].gap or "")


def test_a_page_that_loses_all_its_reviews_is_taken_for_a_fault(shop: Shop) -> None:
    """An empty page after a full one is "busy", not "nothing new"."""
    shop.html("/p", product("One."))
    first = run(f"{shop.url}/p", base_url=shop.url)
    shop.html("/p", "<!doctype html><title>Just a moment</title><p>Checking your browser")
    with pytest.raises(SourceBusy, match="though it had some before"):
        run(f"{shop.url}/p", base_url=shop.url, cursor=last_cursor(first))


def test_a_crawl_is_stopped_at_its_deadline(shop: Shop) -> None:
    """A process that does not end by itself is killed, and no process is left behind."""
    release = threading.Event()

    def slow(_: dict[str, str]) -> Answer:
        release.wait(20)
        return 200, HTML, b""

    shop.pages["/robots.txt"] = slow
    order = Order(
        start=(f"{shop.url}/p",), base_url=shop.url, user_agent="t", max_pages=3, follow=True, delay=0, timeout=60,
        max_bytes=1000, seconds=1.0,
    )  # fmt: skip
    with pytest.raises(SourceBusy, match="took longer than 1 seconds"):
        list(crawl(order, Net(shop.url), grace=2.0))
    release.set()
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    assert not children.exists() or children.read_text().split() == []


def test_leaving_early_ends_the_process(shop: Shop) -> None:
    """Who has enough after the first page may go; the crawl ends with them."""
    shop.html("/p", product("One.", more='<a rel="next" href="/p?page=2">2</a>'))
    pages = collector(f"{shop.url}/p", base_url=shop.url).pages(None)
    assert [post.text for post in next(iter(pages)).posts] == ["One."]
    pages.close()  # type: ignore[attr-defined]  # the iterator is a generator
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    assert not children.exists() or children.read_text().split() == []


def test_the_parent_side_never_loads_scrapy() -> None:
    """The kind's module can be imported by the service without Scrapy, Twisted or the page reader's parsers."""
    code = (
        "import sys; from collectors.registry import spec; spec('product_pages');"
        "print([name for name in ('scrapy', 'twisted', 'extruct', 'rdflib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert done.stdout.strip() == "[]"


def test_options_take_one_address_or_several() -> None:
    """Addresses with commas, spaces or as a list; commas within one stay; what is no web address is refused."""
    read = ProductPagesOptions.model_validate
    assert read({"url": "https://a.example/p,12.html, https://b.example/"}).url == (
        "https://a.example/p,12.html",
        "https://b.example/",
    )
    assert read({"urls": ["https://a.example/", "https://a.example/"]}).url == ("https://a.example/",)
    for wrong in ("", "shop.example/p", "ftp://a.example/", "https://user:word@a.example/"):
        with pytest.raises(ValueError, match="url"):
            read({"url": wrong})


def test_the_passport_forbids_what_shops_did_not_allow() -> None:
    """Nicknames on shop pages are never tied to customers, and nobody is answered there."""
    assert SPEC.kind == "product_pages"
    assert not SPEC.passport.may_link
    assert SPEC.passport.may_reply == "none"
