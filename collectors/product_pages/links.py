"""Where the reviews go on: the next page of them, and the products that a list page links to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from lxml.etree import _Element

from collectors.product_pages.identity import PAGING
from collectors.product_pages.nodes import is_number

_PATH_NUMBER = re.compile(r"(?:^|[-/_])(?:page|p|seite|comment-page|reviews)[-/_=]?(\d{1,5})(?=/|$|\.)", re.IGNORECASE)
_MORE = re.compile(r"more|next|load|weiter|mehr|plus|suivant|más|siguiente|もっと|следующ", re.IGNORECASE)
_MORE_ATTRIBUTES = ("data-next-url", "data-load-more-url", "data-more-url", "data-url", "data-href")
_NOT_PAGES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|ico|css|js|json|xml|rss|pdf|zip|gz|mp[34]|webm|woff2?)$|"
    r"/(?:cart|basket|checkout|login|signin|account|wishlist|compare|logout|register)\b",
    re.IGNORECASE,
)


def next_page(tree: _Element, url: str) -> str | None:
    """The address of the next page of reviews on the same host, by the most certain sign; None where there is none.

    In this order: `rel="next"`, a numbered link that differs from this address by the next number alone, and a "load
    more" button that names its address.
    """
    base = _base(tree, url)
    for candidates in (_rel_next(tree), _numbered(tree, url, base), _load_more(tree)):
        for candidate in candidates:
            target = resolve(url, candidate, base)
            if target is not None and target != urldefrag(url).url:
                return target
    return None


def page_links(tree: _Element, url: str) -> list[str]:
    """Every other page of the same host that this one links to, in its order, each once."""
    here = urldefrag(url).url
    base = _base(tree, url)
    targets = (resolve(url, anchor.get("href") or "", base) for anchor in tree.iter("a") if not _unfollowed(anchor))
    return list(dict.fromkeys(t for t in targets if t and t != here and not _NOT_PAGES.search(urlsplit(t).path)))


def resolve(url: str, href: str, base: str) -> str | None:
    """The absolute http(s) address of a link on the page `url`; None where it leads to another host or nowhere.

    Without fragment. `base` is what the page's relative links are relative to.
    """
    try:
        target = urldefrag(urljoin(base, href.strip())).url
        parts, here = urlsplit(target), urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    if not href.strip() or parts.scheme not in {"http", "https"} or len(target) > 2000 or "@" in parts.netloc:
        return None
    return target if _host(parts.netloc) == _host(here.netloc) else None


def _base(tree: _Element, url: str) -> str:
    """What relative links are relative to: the page's `<base href>`, else its own address."""
    for element in tree.iter("base"):
        return resolve(url, element.get("href") or "", url) or url
    return url


def _host(netloc: str) -> str:
    return netloc.lower().removeprefix("www.")


def _unfollowed(element: _Element) -> bool:
    return "nofollow" in (element.get("rel") or "").lower()


def _rel_next(tree: _Element) -> Iterator[str]:
    for element in tree.iter("link", "a"):
        if "next" in (element.get("rel") or "").lower().split():
            yield element.get("href") or ""


def _numbered(tree: _Element, url: str, base: str) -> Iterator[str]:
    """Links that are this address with a higher number, the nearest number first."""
    here_shape, here_number = _shape(url)
    found: dict[int, str] = {}
    for anchor in tree.iter("a"):
        target = resolve(url, anchor.get("href") or "", base)
        if target is None or _unfollowed(anchor):
            continue
        shape, number = _shape(target)
        if shape == here_shape and number is not None and number > (here_number or _first(target)):
            found.setdefault(number, target)
    for number in sorted(found):
        yield found[number]


def _first(url: str) -> int:
    """What number the page without one has: 0 where the number counts items to skip, else 1."""
    keys = {key.lower() for key, _ in parse_qsl(urlsplit(url).query)}
    return 0 if keys & {"start", "offset"} else 1


def _shape(url: str) -> tuple[tuple[str, str, frozenset[tuple[str, str]]], int | None]:
    """The address without its page number, comparable; and the number."""
    parts = urlsplit(url)
    number: int | None = None
    rest: list[tuple[str, str]] = []
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        if number is None and key.lower() in PAGING and is_number(value):
            number = int(value)
        else:
            rest.append((key, value))
    path = parts.path
    if number is None and (match := _PATH_NUMBER.search(path)):
        number = int(match[1])
        path = path[: match.start()] + path[match.end() :]
    return (_host(parts.netloc), path.rstrip("/"), frozenset(rest)), number


def _load_more(tree: _Element) -> Iterator[str]:
    for element in tree.iter("a", "button", "div", "span"):
        given = next((value for name in _MORE_ATTRIBUTES if (value := element.get(name))), None)
        if given is None:
            continue
        told = " ".join((element.get("class") or "", element.get("id") or "", (element.text or "")[:100]))
        if _MORE.search(told) or "next" in " ".join(element.attrib):
            yield given
