"""Product pages by rule and by sitemap, over real HTTP, in the collector's real process."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from collectors.base import SourceRefused
from tests.recorded.shop import Shop, product, run, texts


def test_a_shop_without_markup_is_read_by_rule(shop: Shop) -> None:
    """The operator's selectors reach the crawling process; the second page is found as with markup."""
    row = '<li class="review"><p>{}</p><b>Ann</b><time datetime="2026-02-03">3 Feb</time></li>'
    shop.html("/p", row.format("One.") + row.format("Two.") + '<a rel="next" href="/p?page=2">2</a>')
    shop.html("/p?page=2", row.format("Three."))
    rules = [{"hosts": "shop.example", "review": ".review", "text": "p", "author": "b", "date": "time::attr(datetime)"}]
    pages = run("https://shop.example/p", base_url=shop.url, rules=rules)
    assert texts(pages) == ["One.", "Two.", "Three."]
    assert [page.set_aside for page in pages if page.set_aside] == []


XML = {"Content-Type": "application/xml"}
MAP = '<?xml version="1.0"?><{0} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{1}</{0}>'


def test_a_sitemap_leads_to_its_products(shop: Shop) -> None:
    """Also through an index of sitemaps; a sitemap that names itself is asked for once."""
    entries = "".join(f"<sitemap><loc>https://shop.example/{path}</loc></sitemap>" for path in ("index.xml", "a.xml"))
    pages = "".join(f"<url><loc>https://shop.example/{path}</loc></url>" for path in ("one", "two"))
    shop.pages["/index.xml"] = (200, XML, MAP.format("sitemapindex", entries).encode())
    shop.pages["/a.xml"] = (200, XML, MAP.format("urlset", pages).encode())
    shop.html("/one", product("One."))
    shop.html("/two", product("Two."))
    assert texts(run("https://shop.example/index.xml", base_url=shop.url)) == ["One.", "Two."]
    assert shop.asked == ["/robots.txt", "/index.xml", "/a.xml", "/one", "/two"]


def test_a_sitemap_leads_to_no_private_address(shop: Shop, open_shop: Callable[[], Shop]) -> None:
    """Addresses of other hosts are not asked for, nor those to which a page of its own redirects."""
    inside = open_shop()
    inside.html("/secret", product("Secret."))
    shop.redirect("/away", f"{inside.url}/secret")
    addresses = (
        f"{inside.url}/secret",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "https://shop.example/away",
    )
    entries = "".join(f"<url><loc>{address}</loc></url>" for address in addresses)
    shop.pages["/sitemap.xml"] = (200, XML, MAP.format("urlset", entries).encode())
    with pytest.raises(SourceRefused, match="not a public address"):
        run("https://shop.example/sitemap.xml", base_url=shop.url)
    assert inside.asked == []


def test_a_sitemap_without_pages_says_so(shop: Shop) -> None:
    """Instead of bringing nothing in silence; what is XML and no sitemap is no web page."""
    shop.pages["/sitemap.xml"] = (200, XML, MAP.format("urlset", "<url><loc xmlns='urn:image'>/x</loc></url>").encode())
    pages = run("https://shop.example/sitemap.xml", base_url=shop.url)
    assert [item.reason for page in pages for item in page.set_aside] == ["The sitemap names no page of its own host."]
    shop.pages["/feed.xml"] = (200, XML, b"<rss/>")
    with pytest.raises(SourceRefused, match="is not a web page"):
        run("https://shop.example/feed.xml", base_url=shop.url)
