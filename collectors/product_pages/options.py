"""The kind's options and passport."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from collectors.base import Passport, ReplyDoor, SourceRefused
from collectors.net import origin
from collectors.options import Options
from collectors.product_pages.rules import SiteRules


def _addresses(value: object) -> object:
    """Addresses with commas or spaces between them; commas within an address stay in it."""
    return tuple(re.split(r"[\s,]+(?=https?://)|\s+", value.strip().strip(","))) if isinstance(value, str) else value


def _of_the_web(addresses: tuple[str, ...]) -> tuple[str, ...]:
    for address in addresses:
        try:
            origin(address)
        except SourceRefused as refused:
            raise ValueError(str(refused).rstrip(".")) from None
    return tuple(dict.fromkeys(addresses))


class ProductPagesOptions(Options):
    """Which product pages to read."""

    url: Annotated[tuple[str, ...], BeforeValidator(_addresses), AfterValidator(_of_the_web)] = Field(
        min_length=1,
        description="The product's page, https://…; several with commas between them. A page that only lists products "
        "works too, and so does a sitemap: the pages that it links to on the same host are read.",
    )
    product: str | None = Field(default=None, description="The product's name, instead of the one on the page.")
    max_pages: int = Field(default=50, ge=1, le=1000, description="How many pages to ask for in one run, at most.")
    follow: bool = Field(default=True, description="Whether to go on to further pages of reviews and listed products.")
    delay: float = Field(default=2.0, ge=1.0, le=60.0, description="Seconds between two requests, at least.")
    rules: tuple[SiteRules, ...] = Field(
        default=(), description="Where sites without schema.org markup keep their reviews: config/product_pages/*.yaml."
    )

    @model_validator(mode="before")
    @classmethod
    def _urls(cls, given: object) -> object:
        """`urls` reads better in a file that lists several."""
        if isinstance(given, dict) and "urls" in given and "url" not in given:
            return {**{name: value for name, value in given.items() if name != "urls"}, "url": given["urls"]}
        return given


PASSPORT = Passport(
    may_link=False,
    may_reply=ReplyDoor.NONE,
    may_export=False,
    may_train=False,
    keep_raw_days=None,
    recheck_hours=None,
    attribution="A review on the shop's page, with a link to it.",
    terms="Read what robots.txt and the page's own robots rules allow, slowly and under our own name. The texts stay "
    "their authors', who are known by a nickname only and are never tied to customers.",
)
