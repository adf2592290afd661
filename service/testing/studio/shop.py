"""Plays the studio's own shop: product pages with schema.org reviews, as modest real shops have them.

Reviews stand in JSON-LD on most titles' pages and in microdata on one's. The first page of one title also has what
shops get wrong: a block of JSON-LD that does not parse, and a review without a date.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from collectors.base import JSON
from service.testing.studio.ids import SHOP_HOST, external_id
from service.testing.studio.model import Title
from service.testing.studio.pages import render
from service.testing.studio.showing import Showing, Shown

REVIEWS_A_PAGE = 10
ROBOTS = "User-agent: *\nDisallow: /staff/\n"
PRIVATE_ADDRESS = "http://10.0.0.8/wiki"
"""Where a link in every page's foot leads in the end; a careful crawler does not go there."""

_MICRODATA = "ironwake"
_GRAPH = "pocket-orchard"  # its JSON-LD is one @graph, with stars as shops on the Continent write them
_SLIPS = "lantern-hollow"
_ABOUT = {
    "lantern-hollow": ("24.99", "Carry a light through a valley that has forgotten the morning. A quiet adventure."),
    "ironwake": ("39.99", "Command a fleet of steam and steel, from the first keel to the last broadside."),
    "pocket-orchard": ("2.99", "A few trees, a small shed and all the time in the world. Farming for five minutes."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Review:
    """A review as a page shows it."""

    id: str
    anchor: str
    author: str
    text: str
    heading: str | None
    stars: int
    language: str
    published: str | None
    modified: str | None


_UNDATED = _Review(
    id=f"https://{SHOP_HOST}/reviews/carried-over",
    anchor="carried-over",
    author="Guest",
    text="Moved here from our old shop, which did not keep the day.",
    heading=None,
    stars=4,
    language="en",
    published=None,
    modified=None,
)


UNDATED = (f"shop-{_SLIPS}", _UNDATED.id)
"""The source and id of the review without a date."""


def index_page(showing: Showing) -> str:
    """The shop's front page."""
    return render("shop_index.html", studio=showing.studio, titles=showing.titles, heading="Our games")


def product_page(showing: Showing, slug: str, page: int) -> str | None:
    """A title's page with ten of its reviews, newest first; None where there is no such title or page."""
    title = next((title for title in showing.titles if title.slug == slug), None)
    if title is None:
        return None
    everything = showing.of("shop", slug)
    pages = max(1, -(-len(everything) // REVIEWS_A_PAGE))
    if not 1 <= page <= pages:
        return None
    reviews = [_review(shown) for shown in everything[(page - 1) * REVIEWS_A_PAGE :][:REVIEWS_A_PAGE]]
    slips = slug == _SLIPS and page == 1
    if slips:
        reviews.append(_UNDATED)
    price, description = _ABOUT.get(slug, ("19.99", title.name))
    about: dict[str, str | int] = {
        "average": _average(everything),
        "count": len(everything) + (slug == _SLIPS),
        "price": price,
        "description": description,
    }
    return render(
        "product.html",
        studio=showing.studio,
        titles=showing.titles,
        title=title,
        heading=title.name,
        reviews=reviews,
        page=page,
        pages=pages,
        next_page=f"{title.shop_path}?page={page + 1}" if page < pages else None,
        microdata=slug == _MICRODATA,
        blocks=[] if slug == _MICRODATA else _blocks(title, reviews, about, slips=slips),
        **about,
    )


def _review(shown: Shown) -> _Review:
    return _Review(
        id=external_id(shown.post),
        anchor=shown.post.id,
        author=shown.writer.name,
        text=shown.text,
        heading=shown.heading,
        stars=shown.stars or 3,
        language=shown.post.language,
        published=shown.created_at.isoformat(),
        modified=shown.edited_at.isoformat() if shown.edited_at else None,
    )


def _average(everything: Sequence[Shown]) -> str:
    stars = [shown.stars or 3 for shown in everything]
    return f"{sum(stars) / len(stars):.1f}" if stars else "0"


def _blocks(title: Title, reviews: Sequence[_Review], about: dict[str, str | int], *, slips: bool) -> list[Markup]:
    """The page's JSON-LD scripts, safe to stand inside HTML."""
    product: dict[str, JSON] = {
        "@type": "Product",
        "@id": f"https://{SHOP_HOST}{title.shop_path}",
        "name": title.name,
        "sku": title.slug,
        "description": about["description"],
        "brand": {"@type": "Brand", "name": "Tallow & Finch"},
        "offers": {"@type": "Offer", "price": about["price"], "priceCurrency": "EUR"},
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": about["average"],
            "reviewCount": about["count"],
            "bestRating": 5,
        },
        "review": [_as_json(review, comma=title.slug == _GRAPH) for review in reviews],
    }
    crumbs: dict[str, JSON] = {
        "@type": "BreadcrumbList",
        "itemListElement": [{"@type": "ListItem", "position": 1, "name": "Shop", "item": f"https://{SHOP_HOST}/shop"}],
    }
    context: dict[str, JSON] = {"@context": "https://schema.org"}
    if title.slug == _GRAPH:
        return [_script(context | {"@graph": [crumbs, product]})]
    broken = [Markup('{"@context": "https://schema.org", "@type": "WebSite", "name": "Shop", }}')] if slips else []
    return [_script(context | crumbs), *broken, _script(context | product)]


def _script(data: dict[str, JSON]) -> Markup:
    """JSON that cannot close the script it stands in, whatever a reviewer wrote."""
    return Markup(json.dumps(data, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704 (no < left)


def _as_json(review: _Review, *, comma: bool) -> dict[str, JSON]:
    rating: JSON = f"{review.stars},0" if comma else review.stars
    written: dict[str, JSON] = {
        "@type": "Review",
        "@id": review.id,
        "author": {"@type": "Person", "name": review.author},
        "reviewRating": {"@type": "Rating", "ratingValue": rating, "bestRating": 5, "worstRating": 1},
        "reviewBody": review.text,
        "inLanguage": review.language,
    }
    later = {"name": review.heading, "datePublished": review.published, "dateModified": review.modified}
    return written | {name: value for name, value in later.items() if value is not None}
