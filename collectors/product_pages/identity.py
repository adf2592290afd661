"""Who is who among reviews: an id that stays when the page moves, and copies of one review recognised as one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from collectors.product_pages.nodes import Node, node_id, plain, values, words
from collectors.product_pages.opinions import Opinion
from collectors.product_pages.texts import essence

PAGING = frozenset(
    {"page", "p", "pagenumber", "pageno", "pagenum", "pg", "start", "offset", "reviewpage", "reviews_page", "cpage"}
)
_TRACKING = re.compile(r"utm_.*|gclid|fbclid|msclkid|mc_cid|mc_eid|ref|srsltid", re.IGNORECASE)
_PAGE_PATH = re.compile(r"/(?:page|seite|comment-page|reviews-page)[-/]\d{1,5}/?$", re.IGNORECASE)
_REVIEW_QUERY = re.compile(r"(?:^|&)[^=&]*(?:review|comment|rating)[^=&]*=[^&]*\d", re.IGNORECASE)
_LONGEST = 200  # characters of an id; longer ones are hashed


def subject_url(url: str) -> str:
    """The address of what a page is about: without fragment, tracking, and the number of the page of reviews."""
    parts = urlsplit(url)
    query = [
        (key, value)
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if not _TRACKING.fullmatch(key) and key.lower() not in PAGING
    ]
    path = _PAGE_PATH.sub("/", parts.path) or "/"
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), path, urlencode(query), ""))


def stands_for(url: str, stand_in: str | None) -> str:
    """The address as ids hold it: without scheme and host where those are only the operator's stand-in for a shop."""
    parts = urlsplit(url)
    if stand_in is not None and parts.netloc.lower() == urlsplit(stand_in).netloc.lower():
        return urlunsplit(("", "", parts.path, parts.query, parts.fragment))
    return url


def review_ids(
    found: Sequence[tuple[Node, Opinion]], *, page_url: str, pages: Iterable[str], subject: str, stand_in: str | None
) -> list[str]:
    """An id for each review of a page: the page's own where it names that review alone, else a hash of its content.

    The hash is over the subject's address, the author, the date and the letters of the text, so that a changed rating
    is an edit, and a changed text a new review. `pages` are addresses of whole pages, which name no review.
    """
    whole = {_bare(url) for url in (page_url, subject, *pages)}
    named = [_named(block, page_url, whole) for block, _ in found]
    contents = [content_id(opinion, stands_for(subject, stand_in)) for _, opinion in found]
    bearers: dict[str | None, set[str]] = {}
    for name, content in zip(named, contents, strict=True):
        bearers.setdefault(name, set()).add(content)
    return [
        _short(stands_for(name, stand_in)) if name and len(bearers[name]) == 1 else content
        for name, content in zip(named, contents, strict=True)
    ]


def content_id(opinion: Opinion, subject: str) -> str:
    """The hash that stands for a review without an id of its own."""
    day = opinion.created_at.isoformat() if opinion.created_at else ""
    name = opinion.author.name if opinion.author else ""
    said = essence(opinion.text) if opinion.text else f"rating {opinion.rating_label}"
    return _sha("\n".join((subject, essence(name or ""), day, said)))


def same(one: Opinion, other: Opinion) -> bool:
    """Whether two readings of the same words, from different markup of one page, are of the same review."""
    if not one.text and one.rating != other.rating:
        return False
    names = [essence(opinion.author.name or "") for opinion in (one, other) if opinion.author]
    days = [opinion.created_at.date() for opinion in (one, other) if opinion.created_at]
    return len(set(names)) < 2 and len(set(days)) < 2


def _named(block: Node, page_url: str, whole: set[str]) -> str | None:
    """The address that the page gives for the review, where it can only mean this review."""
    own = node_id(block) or _identifier(block)
    for value in (own, words(block, "url")):
        if not value or value.startswith("_:") or " " in value:
            continue
        try:
            url = urljoin(page_url, value if "/" in value or value.startswith(("#", "?")) else f"#{value}")
            parts, bare = urlsplit(url), _bare(url)
        except ValueError:
            continue
        if parts.fragment:
            singular = not _only_a_place(parts.fragment)
        elif bare in whole:
            singular = bool(_REVIEW_QUERY.search(parts.query))
        else:  # a `url` may lead to any page about the product; an `@id` is the review's own by definition
            singular = value == own or bool(re.search(r"\d", parts.path + parts.query))
        if singular:
            return url
    return None


def _identifier(block: Node) -> str:
    for value in values(block, "identifier"):
        text = words(value, "value") if isinstance(value, dict) else plain(value)
        if text:
            return text
    return ""


def _only_a_place(fragment: str) -> bool:
    """Whether a fragment may be a position ("review-2", "reviews") rather than an id: positions pass to others."""
    if "comment" in fragment.lower():  # WordPress numbers its comments for life
        return re.search(r"\d", fragment) is None
    numbers = re.findall(r"\d+", fragment)
    return all(len(number) < 4 for number in numbers) and not re.search(r"[0-9a-f]{8}", fragment)


def _bare(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return parts.netloc.lower().removeprefix("www.") + parts.path.rstrip("/")


def _short(identity: str) -> str:
    return identity if len(identity) <= _LONGEST else _sha(identity)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
