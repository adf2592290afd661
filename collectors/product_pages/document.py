"""A page's HTML as a tree, and what its head says about the page as a whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from lxml import html
from lxml.etree import LxmlError, _Element

from collectors.product_pages.nodes import Node, storable

if TYPE_CHECKING:
    from scrapy.http import Response

_OUR_NAMES = {"robots", "earful"}
_RULES_WITH_VALUES = {"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}


def text_of(response: Response) -> str:
    """A page's text; one that declares an encoding which is none for texts is taken for UTF-8."""
    try:
        return response.text
    except (LookupError, UnicodeError):
        return response.body.decode("utf-8", "replace")


def parse_html(text: str) -> _Element | None:
    """The page's tree; None where there is nothing in it."""
    body = text.replace("\x00", "").encode("utf-8", "replace")
    try:
        return html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8", no_network=True))
    except (LxmlError, ValueError, AssertionError, RecursionError):
        return None


def canonical_url(tree: _Element, url: str) -> str:
    """The address that the page calls its own (`rel="canonical"`), else the one it was fetched from."""
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            try:
                target = urljoin(url, str(link.get("href")).strip())
            except ValueError:
                continue
            if target.startswith(("http://", "https://")):
                return target
    return url


def on_own_host(canonical: str, url: str) -> str:
    """The canonical address, unless it is another host's: then a page could take another one's name."""
    try:
        there, here = (urlsplit(each).netloc.lower().removeprefix("www.") for each in (canonical, url))
    except ValueError:
        return url
    return canonical if there == here else url


def robots_rules(tree: _Element) -> frozenset[str]:
    """The rules of the page's robots meta tags, as far as they are for us: "noindex", "nofollow", "noai" …"""
    rules: set[str] = set()
    for meta in tree.iter("meta"):
        if (meta.get("name") or "").strip().lower() in _OUR_NAMES:
            rules.update(re.split(r"[\s,]+", (meta.get("content") or "").lower()))
    return frozenset(rules - {""})


def header_rules(value: str) -> frozenset[str]:
    """The rules of an X-Robots-Tag header, without those that name another robot ("googlebot: noindex")."""
    rules: set[str] = set()
    ours = True
    for part in value.lower().split(","):
        name, colon, rule = (piece.strip() for piece in part.partition(":"))
        if colon and name not in _RULES_WITH_VALUES:
            ours = name in _OUR_NAMES
        else:
            rule = name
        if ours:
            rules.update(rule.split())
    return frozenset(rules)


def shown_title(tree: _Element) -> Node | None:
    """The page's Open Graph title as a nameless thing's name, for pages whose markup names nothing."""
    for meta in tree.iter("meta"):
        title = (meta.get("content") or "").strip()
        if (meta.get("property") or "").lower() == "og:title" and title:
            return {"name": storable(title[:300])}
    return None
