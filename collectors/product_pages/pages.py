"""One product page, read: its reviews, what could not be read, how many it says there are, and where they go on.

Pure: the page's text and address in, a `Reading` out. Never raises on any page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collectors.base import JSON, RawPost, SetAside
from collectors.fields import language_tag
from collectors.product_pages.document import canonical_url, on_own_host, parse_html, robots_rules, shown_title
from collectors.product_pages.finding import Found, Graph
from collectors.product_pages.identity import review_ids, same, subject_url
from collectors.product_pages.links import next_page, page_links
from collectors.product_pages.microdata import read_microdata
from collectors.product_pages.nodes import Node, listed, local_name, node_id, plain, values, words
from collectors.product_pages.opinions import Opinion, read_opinion
from collectors.product_pages.ratings import count
from collectors.product_pages.rules import SiteRules, read_by_rules, rules_for
from collectors.product_pages.scripts import read_scripts
from collectors.product_pages.texts import essence

_ABOUT_KEYS = {"@type", "@id", "name", "sku", "productid", "gtin", "gtin13", "mpn", "url", "inlanguage"}
_LARGEST_BLOCK = 200_000  # characters; a review of a book's length is not one


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a page holds."""

    reviews: Sequence[RawPost] = ()
    set_aside: Sequence[SetAside] = ()
    total: int | None = None  # the page's own count of reviews of its subject
    subject: str = ""  # the address of what the page is about
    about: Node | None = None  # what it is about, in short
    marked_up: bool = False  # whether it names a thing that can be reviewed at all
    rules: frozenset[str] = frozenset()  # of its robots meta tags
    next_url: str | None = None
    links: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a page stands: what its reviews' ids and posts need to know of it."""

    url: str
    subject: str
    pages: Sequence[str]  # addresses of whole pages, which name no review
    stand_in: str | None
    language: str | None
    main: Node | None


def read_page(  # the page, what led here, and how it is to be read
    text: str,
    url: str,
    *,
    subject: str | None = None,
    about: Node | None = None,
    stand_in: str | None = None,
    rules: Sequence[SiteRules] = (),
) -> Reading:
    """Read a page's HTML. `url` is its address after redirects.

    `subject` and `about` are those of the page that led here, for the second and later pages of the same reviews.
    `stand_in` is the operator's own base URL, whose host is no part of ids. `rules` are the operator's for sites whose
    pages have no markup; where a page has both, a review in both is one.
    """
    tree = parse_html(text)
    if tree is None:
        empty = SetAside(place=url, reason="The page is empty.")
        return Reading(subject=subject or subject_url(url), set_aside=[empty])
    # Links first: reading microdata changes the tree.
    next_url, links, canonical = next_page(tree, url), page_links(tree, url), canonical_url(tree, url)
    documents, broken = read_scripts(tree)
    site = rules_for(url, rules)
    ruled = read_by_rules(tree, site) if site else []
    items, unreadable = read_microdata(tree, url)
    graphs = [Graph("json-ld", documents), Graph("microdata", list(items)), Graph("rules", list(ruled))]
    main = _main_thing(graphs)
    place = _Place(
        url=url,
        subject=subject or subject_url(on_own_host(canonical, url)),
        pages=[canonical, *_addresses(main)],
        stand_in=stand_in,
        language=language_tag(tree.get("lang")),
        main=about or main or shown_title(tree),
    )
    found, silent = _opinions(graphs)
    raws, large = _raws(found, place)
    aside = (*broken, *unreadable, *silent, *large)
    return Reading(
        reviews=raws,
        set_aside=[SetAside(place=f"{url}: {one.place}"[:500], reason=one.reason, raw=one.raw) for one in aside],
        total=_total(graphs, main),
        subject=place.subject,
        about=about or (_short(main) if main else None),
        marked_up=bool(found) or main is not None,
        rules=robots_rules(tree),
        next_url=next_url,
        links=links,
    )


def _main_thing(graphs: Iterable[Graph]) -> Node | None:
    """What the page is about: the first thing with reviews or a rating, else the first thing of all."""
    things = [thing for graph in graphs for thing in graph.things]
    rated = [thing for thing in things if values(thing, "review", "reviews", "aggregateRating")]
    named = [thing for thing in (*rated, *things) if words(thing, "name")]
    return next(iter(named or things), None)


def _addresses(thing: Node | None) -> list[str]:
    return [url for url in (words(thing, "url"), node_id(thing)) if "//" in url] if thing else []


def _opinions(graphs: Iterable[Graph]) -> tuple[list[tuple[Found, Opinion]], list[SetAside]]:
    """Each review once: JSON-LD first, then what only the microdata has; and those that say nothing."""
    kept: list[tuple[Found, Opinion]] = []
    aside: list[SetAside] = []
    known: dict[str, list[Opinion]] = {}
    for graph in graphs:
        fresh: list[tuple[Found, Opinion]] = []
        for found in graph.reviews():
            opinion = read_opinion(found.block, found.syntax)
            if opinion.empty:
                reason = "The review has neither words nor a rating."
                aside.append(SetAside(place=found.place, reason=reason, raw=json.dumps(found.block)[:2000]))
            elif not any(same(opinion, other) for other in known.get(essence(opinion.text), ())):
                fresh.append((found, opinion))
        kept += fresh
        for _, opinion in fresh:
            known.setdefault(essence(opinion.text), []).append(opinion)
    return kept, aside


def _raws(kept: Sequence[tuple[Found, Opinion]], place: _Place) -> tuple[list[RawPost], list[SetAside]]:
    """The reviews as they are stored: the node as received, what it is about, and its id."""
    ids = review_ids(
        [(found.block, opinion) for found, opinion in kept],
        page_url=place.url, pages=place.pages, subject=place.subject, stand_in=place.stand_in,
    )  # fmt: skip
    raws: dict[str, RawPost] = {}
    aside: list[SetAside] = []
    for identity, (found, _) in zip(ids, kept, strict=True):
        about = found.subject or place.main or {}
        block: Node = {key: value for key, value in found.block.items() if local_name(key) != "itemreviewed"}
        size = len(json.dumps(block))
        if size > _LARGEST_BLOCK:
            reason = f"The review's markup has {size} characters; more than {_LARGEST_BLOCK} are not read."
            aside.append(SetAside(place=found.place, reason=reason, raw=json.dumps(block)[:2000]))
            continue
        page: Node = {"url": place.url, "subject": place.subject, "language": _spoken(about) or place.language}
        raws.setdefault(
            identity, {"id": identity, "syntax": found.syntax, "block": block, "about": _short(about), "page": page}
        )
    return list(raws.values()), aside


def _spoken(about: Node) -> str | None:
    return next((tag for value in values(about, "inLanguage") if (tag := language_tag(plain(value)))), None)


def _short(about: Node) -> Node:
    """What a thing is called and sold as, without all else that pages say about it."""
    short: Node = {}
    for key, value in about.items():
        if local_name(key) in _ABOUT_KEYS or key in _ABOUT_KEYS:
            short[key] = value[:500] if isinstance(value, str) else _texts(value)
    return short


def _texts(value: JSON) -> list[JSON]:
    texts: list[JSON] = [plain(inner)[:500] for inner in listed(value)[:5]]
    return [text for text in texts if text]


def _total(graphs: Iterable[Graph], main: Node | None) -> int | None:
    """The page's count of reviews: the main thing's own, else of a rating that names nothing, else the largest."""
    ratings = [(rating, about) for graph in graphs for rating, about in graph.ratings]
    own = [rating for rating, about in ratings if about is main]
    nameless = [rating for rating, about in ratings if about is None]
    for some in (own, nameless, [rating for rating, _ in ratings]):
        counts = [count(value) for rating in some for value in values(rating, "reviewCount")]
        if known := [number for number in counts if number is not None]:
            return max(known)
    return None
