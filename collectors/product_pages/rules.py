"""Where a site without schema.org markup keeps its reviews: CSS selectors, one set for each site, and reading by them.

What is found becomes the same nodes as those of markup, so that ids, dates, ratings and doubles are treated alike.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC
from functools import lru_cache
from typing import Annotated
from urllib.parse import urlsplit

from cssselect import HTMLTranslator, SelectorError
from lxml import etree
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from collectors.base import JSON
from collectors.dates import read_date
from collectors.plain import from_html
from collectors.product_pages.nodes import Node

_LOOKED_AT = 5000  # characters that a pattern is held against
_ATTRIBUTE = re.compile(r"(.*?)::attr\(\s*([\w:-]+)\s*\)\s*\Z", re.DOTALL)


def _selector(value: str) -> str:
    try:
        _xpath(value)
    except SelectorError as error:
        raise ValueError(f"“{value[:80]}” is no CSS selector: {error}") from None
    return value


def _whole(value: str) -> str:
    if _ATTRIBUTE.match(value):
        raise ValueError("a review is an element, and not an attribute of one")
    return value


def _pattern(value: str) -> str:
    try:
        compiled = re.compile(value)
    except re.error as error:
        raise ValueError(f"“{value[:80]}” is no regular expression: {error}") from None
    if compiled.groups != 1:
        raise ValueError("a pattern has one group in brackets, which is what is taken")
    return value


def _short_form(value: object) -> object:
    return {"select": value} if isinstance(value, str) else value


def _hosts(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _bare_host(hosts: tuple[str, ...]) -> tuple[str, ...]:
    if wrong := [host for host in hosts if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host)]:
        raise ValueError(f"“{wrong[0][:80]}” is no host in small letters; shop.example.org is one")
    return tuple(host.removeprefix("www.") for host in hosts)


class _Rules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Part(_Rules):
    """Where one part of a review stands, within the review."""

    select: Annotated[str, AfterValidator(_selector)] = Field(
        description="a CSS selector; with ::attr(NAME) behind it an attribute, alone one of the review itself"
    )
    pattern: Annotated[str, AfterValidator(_pattern)] | None = Field(
        default=None, max_length=200, description="a regular expression whose group in brackets is the part"
    )


Where = Annotated[Part, BeforeValidator(_short_form)]
"""A selector, or a mapping with `select` and `pattern`."""


class SiteRules(_Rules):
    """Where the pages of one site keep their reviews."""

    hosts: Annotated[tuple[str, ...], BeforeValidator(_hosts), AfterValidator(_bare_host)] = Field(
        min_length=1, description="the site's hosts, as shop.example.org; www. goes without saying"
    )
    review: Annotated[str, AfterValidator(_selector), AfterValidator(_whole)] = Field(
        description="a CSS selector of each whole review"
    )
    text: Where = Field(description="the review's words")
    title: Where | None = Field(default=None, description="its headline")
    author: Where | None = Field(default=None, description="who wrote it")
    date: Where | None = Field(default=None, description="when it was written")
    rating: Where | None = Field(default=None, description="how many stars, as 4, 4.5, 4/5 or 80%")
    id: Where | None = Field(default=None, description="what the site calls it for life")
    product: Where | None = Field(default=None, description="the product's name, anywhere on the page")
    best: float = Field(default=5, gt=0, description="the best rating")
    worst: float = Field(default=1, ge=0, description="the worst rating")
    day_first: bool | None = Field(default=None, description="how 03/04/2026 is meant: `true` is the 3rd of April")


def rules_for(url: str, rules: Sequence[SiteRules]) -> SiteRules | None:
    """The rules of the page's host; None where there are none."""
    host = (urlsplit(url).hostname or "").lower().removeprefix("www.")
    return next((each for each in rules if host in each.hosts), None)


def read_by_rules(tree: etree._Element, rules: SiteRules) -> list[Node]:
    """The page's thing with its reviews, as markup would say it; empty where no review is found."""
    reviews: list[JSON] = []
    for element in tree.xpath(_xpath(rules.review)[0]):
        review = _review(element, rules)
        if len(review) > 1:
            reviews.append(review)
    if not reviews:
        return []
    thing: Node = {"@type": "Product", "review": reviews}
    name = _value(tree, rules.product)
    return [{**thing, "name": name} if name else thing]


def _review(element: etree._Element, rules: SiteRules) -> Node:
    parts = {
        "reviewBody": rules.text, "headline": rules.title, "author": rules.author, "datePublished": rules.date,
        "identifier": rules.id,
    }  # fmt: skip
    review: Node = {"@type": "Review"}
    for name, where in parts.items():
        if value := _value(element, where):
            review[name] = value
    if isinstance(date := review.get("datePublished"), str):
        review["datePublished"] = _date(date, rules)
    if isinstance(own := review.get("identifier"), str):
        # An id by rule is one for life, whatever it looks like; a hash beside it tells it from a mere position.
        review["identifier"] = f"{own}-{hashlib.sha256(own.encode('utf-8', 'replace')).hexdigest()[:8]}"
    if stars := _value(element, rules.rating):
        review["reviewRating"] = {"ratingValue": stars, "bestRating": rules.best, "worstRating": rules.worst}
    return review


def _date(text: str, rules: SiteRules) -> str:
    try:
        return read_date(text, zone=UTC, day_first=rules.day_first).isoformat()
    except (ValueError, OverflowError):
        return text


def _value(element: etree._Element, where: Part | None) -> str:
    """The words of the first place that has some."""
    if where is None:
        return ""
    xpath, attribute = _xpath(where.select)
    for found in [element] if xpath is None else element.xpath(xpath):
        if attribute is not None:
            text = " ".join((found.get(attribute) or "").split())
        else:
            text = from_html(etree.tostring(found, encoding="unicode", method="html", with_tail=False))
        if where.pattern is not None:
            match = re.search(where.pattern, text[:_LOOKED_AT])
            text = (match[1] or "").strip() if match else ""
        if text:
            return text
    return ""


@lru_cache(maxsize=512)
def _xpath(selector: str) -> tuple[str | None, str | None]:
    """The selector as XPath, and the attribute that it asks for; no XPath where it means the element itself."""
    match = _ATTRIBUTE.match(selector)
    css, attribute = (match[1].strip(), match[2]) if match else (selector, None)
    if match and not css:
        return None, attribute
    return HTMLTranslator().css_to_xpath(css), attribute
