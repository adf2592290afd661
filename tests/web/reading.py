"""How the tests read pages."""

from __future__ import annotations

from parsel import Selector, SelectorList


def words_of(found: Selector | SelectorList[Selector]) -> str:
    """All the text in a piece of a page, with single spaces."""
    return " ".join(" ".join(found.xpath(".//text()[not(ancestor::script)]").getall()).split())
