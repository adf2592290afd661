"""Microdata out of a page, brought into the form of JSON-LD, so that the rest need not know which it was."""

from __future__ import annotations

from typing import cast

from lxml.etree import _Element

from collectors.base import JSON, SetAside
from collectors.product_pages.nodes import DEEPEST, Node, storable


def read_microdata(tree: _Element, url: str) -> tuple[list[Node], list[SetAside]]:
    """The page's outermost items. `tree` is changed: `<time>` elements get the `datetime` that the standard implies."""
    if not tree.xpath("boolean(//*[@itemscope])"):
        return [], []
    from extruct.w3cmicrodata import MicrodataExtractor  # half a second, which pages with JSON-LD alone need not pay

    for moment in tree.iter("time"):
        if not moment.get("datetime"):
            shown = "".join(char if char.isprintable() else " " for char in "".join(moment.itertext()))
            moment.set("datetime", " ".join(shown.split())[:100])
    try:
        items = cast("list[dict[str, object]]", MicrodataExtractor().extract_items(tree, url))
    except (ValueError, RecursionError, AttributeError, TypeError) as error:  # extruct on hostile markup
        reason = f"The page's microdata cannot be read ({type(error).__name__})."
        return [], [SetAside(place="microdata", reason=reason)]
    return [node for node in map(_node, items) if node], []


def _node(item: dict[str, object], depth: int = 0) -> Node:
    node: Node = {}
    kind, identity, properties = item.get("type"), item.get("id"), item.get("properties")
    if kind:
        node["@type"] = storable(kind)
    if isinstance(identity, str):
        node["@id"] = identity
    if isinstance(properties, dict):
        for name, value in properties.items():
            node[str(name)] = _value(value, depth + 1)
    elif item.get("value"):
        node["@value"] = storable(item["value"])
    return node


def _value(value: object, depth: int) -> JSON:
    if depth >= DEEPEST:
        return None
    if isinstance(value, list):
        return [_value(inner, depth + 1) for inner in value]
    if isinstance(value, dict):
        return cast("JSON", _node(value, depth)) if "type" in value or "properties" in value else storable(value)
    return storable(value)
