"""What comes as bytes and not as JSON: feeds, product pages, letters. Whole ones, and how each is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from scrapy.http import HtmlResponse

from collectors.base import RawPost
from collectors.email_message import addressed_to, is_by_a_person, raw_of, read
from collectors.feed import Feed, FeedOptions
from collectors.net import Answer, Net
from collectors.product_pages.document import text_of
from collectors.product_pages.pages import read_page
from collectors.product_pages.sitemap import sitemap_links
from tests.recorded.cases import PAGE
from tests.recorded.imap import RECEIVED, letter
from tests.recorded.platforms import rss

_URL = "https://shop.example/lantern"
_OURS = frozenset({"support@lamps.example"})
_JSON_FEED = b"""{"version": "https://jsonfeed.org/version/1.1", "title": "Lamps", "items": [
{"id": "1", "url": "https://blog.example/1", "content_html": "<p>It flickers</p>", "date_published":
"2026-09-21T10:00:00Z", "authors": [{"name": "Ana"}]}]}"""
_ATOM = b"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
<title>Lamps</title>
<id>urn:a</id><updated>2026-09-21T10:00:00Z</updated><entry><id>urn:1</id>
<title type="html">It &lt;b>flickers&lt;/b></title>
<link href="/1"/><updated>2026-09-21T10:00:00Z</updated><author><name>Ana</name></author><content type="xhtml">
<div xmlns="http://www.w3.org/1999/xhtml"><p>Again &amp; again</p></div></content></entry></feed>"""
_MICRODATA = b"""<!doctype html><html lang="en"><meta charset="utf-8"><body itemscope itemtype="https://schema.org/Product">
<h1 itemprop="name">Lantern</h1><div itemprop="review" itemscope itemtype="https://schema.org/Review">
<span itemprop="author">Ana</span><time itemprop="datePublished" datetime="2026-09-21">21 Sep</time>
<div itemprop="reviewRating" itemscope itemtype="https://schema.org/Rating"><meta itemprop="ratingValue" content="2">
</div><p itemprop="reviewBody">It flickers</p></div><a rel="next" href="?page=2">more</a></body></html>"""
_SITEMAP = b"""<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url>
<loc>https://shop.example/a</loc></url><url><loc>https://shop.example/b</loc></url></urlset>"""
_IN_PARTS = b"""From: =?iso-8859-1?Q?Andr=E9?= <a@people.example>\r
To: support@lamps.example\r\nSubject: =?utf-8?B?TGFtcA==?=\r
Message-ID: <1@people.example>\r\nDate: Mon, 21 Sep 2026 10:00:00 +0200\r\nMIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary="a"\r\n\r\n--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r
Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r
It =E9 flickers\r\n--b\r
Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r
PHA+SXQgZmxpY2tlcnM8L3A+\r\n--b--\r\n--a\r
Content-Type: message/rfc822\r\n\r\nFrom: b@people.example\r\nSubject: old\r\n\r\nold words\r\n--a--\r\n"""
_HTML_ALONE = (
    letter(2)
    .replace(b"text/plain", b"text/html")
    .replace(b"The lamp", b"<div>The <b>lamp</b><blockquote>old</blockquote>")
)


class _Handed(Net):
    """A door behind which one document lies."""

    body = b""

    def fetch(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> Answer:
        """The document, whatever is asked for."""
        del params, headers, etag, last_modified
        return Answer(url=url, status=200, headers={"content-type": "application/xml"}, body=self.body)


def _feed(body: bytes) -> Iterator[RawPost]:
    with _Handed() as net:
        net.body = body
        for page in Feed(FeedOptions(url="https://blog.example/feed.xml"), net).pages(None):
            yield from (post.raw for post in page.posts)


def _page(body: bytes) -> Iterator[RawPost]:
    sitemap_links(body, _URL)
    reading = read_page(text_of(HtmlResponse(_URL, body=body, headers={"Content-Type": "text/html"})), _URL)
    yield from ({**raw, "fetched_at": "2026-09-22T10:00:00+00:00"} for raw in reading.reviews)


def _letter(body: bytes) -> Iterator[RawPost]:
    message = read(body)
    if addressed_to(message, _OURS) and is_by_a_person(message, _OURS):
        yield {**raw_of(message, received=RECEIVED, verifier="mx.example"), "product": None}


READ: Mapping[str, Callable[[bytes], Iterator[RawPost]]] = {"email": _letter, "feed": _feed, "product_pages": _page}
"""The payloads that a collector makes of a document. Raises what a collector may."""
_MADE_UP: Mapping[str, Sequence[bytes]] = {
    "email": (letter(1), _HTML_ALONE, _IN_PARTS),
    "feed": (rss([1, 2, 3]), rss([1, 2], encoding="utf-16"), _ATOM, _JSON_FEED),
    "product_pages": (PAGE.encode(), _MICRODATA, _SITEMAP),
}
_FOLDERS = {"feed": ("rss_atom", "*.xml"), "product_pages": ("product_pages", "*.html")}
_LARGEST = 60_000  # bytes of a recording to begin from: of larger ones few are tried in the same time


def whole(kind: str, payloads: Path) -> list[bytes]:
    """Documents of a kind: made-up ones, and those that were recorded."""
    folder, names = _FOLDERS.get(kind, ("", ""))
    found = sorted((payloads / folder).rglob(names)) if names else []
    return [*_MADE_UP[kind], *(file.read_bytes() for file in found if file.stat().st_size <= _LARGEST)]
