"""Reviews on product pages: marked up with schema.org or found by rules, read by a careful crawler in its own process.

The parent side is `collector` and `process`; `crawl`, `spider` and `guard` run in the crawling process and are the only
ones that import Scrapy. Reading a page (`pages`) and a review (`opinions`) is pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from pydantic import BaseModel

from collectors.base import Collector, Spec
from collectors.net import Net
from collectors.product_pages.collector import ProductPages
from collectors.product_pages.options import PASSPORT, ProductPagesOptions
from collectors.product_pages.rules import SiteRules


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:  # noqa: ARG001 - the Spec's signature
    """The collector for validated options; product pages need no key."""
    return ProductPages(cast("ProductPagesOptions", options), net)


SPEC = Spec(
    kind="product_pages",
    title="Product pages",
    options=ProductPagesOptions,
    build=build,
    passport=PASSPORT,
    home=None,
    safe_to_resume=True,  # each run reads every page again
    sees_edits=True,  # of reviews that the page gives an id; a changed rating of others
    sees_deletes=False,  # shops show a sample: what is gone from a page may still stand
    every_minutes=6 * 60,
    rules=SiteRules,
)
