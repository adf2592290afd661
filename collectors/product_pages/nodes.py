"""Reading schema.org nodes as shops really write them: any spelling of a name, one value or a list, text or object."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

from collectors.base import JSON

Node: TypeAlias = "dict[str, JSON]"
"""One schema.org item: JSON-LD as received, or microdata brought into the same form."""

DEEPEST = 60  # levels; real pages stay below 15, and what is deeper is there to break readers
_UNSTORABLE = re.compile("[\ud800-\udfff\x00]")  # PostgreSQL and UTF-8 take neither half surrogates nor NUL
_TEXT_KEYS = ("@value", "name", "text")


def storable(value: object, depth: int = 0) -> JSON:
    """A copy of parsed JSON that survives being stored: no NaN, no half characters, at most `DEEPEST` levels."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, dict) and depth < DEEPEST:
        return {_UNSTORABLE.sub("\ufffd", str(key)): storable(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list) and depth < DEEPEST:
        return [storable(inner, depth + 1) for inner in value]
    return None


@lru_cache(maxsize=4096)
def local_name(name: str) -> str:
    """The bare name in lower case: "Review" of "https://schema.org/Review", "schema:Review" and "review"."""
    return re.split(r"[/#:]", name.strip().rstrip("/"))[-1].lower()


def types(node: Node) -> frozenset[str]:
    """The node's types as bare lower-case names; empty where it names none."""
    names = [name for value in (node.get("@type"), node.get("type")) for name in listed(value)]
    return frozenset(local_name(name) for name in names if isinstance(name, str) and name.strip())


def listed(value: JSON | Sequence[JSON]) -> list[JSON]:
    """The value as a flat list: lists within lists are opened (one level), None is dropped."""
    if value is None:
        return []
    if isinstance(value, str) or not isinstance(value, Sequence):
        return [value]
    flat: list[JSON] = []
    for inner in value:
        flat.extend(inner if isinstance(inner, list) else [inner])
    return [inner for inner in flat if inner is not None]


def values(node: Node, *names: str) -> list[JSON]:
    """What the node says under the first of the names that says anything; names match in any spelling or prefix."""
    wanted = [name.lower() for name in names]
    found: dict[str, list[JSON]] = {}
    for key, value in node.items():
        name = local_name(key)
        if name in wanted:
            found.setdefault(name, []).extend(listed(value))
    return next((found[name] for name in wanted if found.get(name)), [])


def plain(value: JSON) -> str:
    """The words of a value: text itself, a number, or the name of an object; empty where it has none."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return format(value, "g") if isinstance(value, float) else str(value)
    if isinstance(value, list):
        return next((words for words in map(plain, listed(value)) if words), "")
    for key in _TEXT_KEYS:
        inner = next(iter(values(value, key)) if key != "@value" else iter(listed(value.get(key))), None)
        words = plain(inner) if not isinstance(inner, dict | list) else ""
        if words:
            return words
    return ""


def words(node: Node, *names: str) -> str:
    """The first words that the node has under the names, tried in order; empty where there are none."""
    for name in names:
        for value in values(node, name):
            if text := plain(value):
                return text
    return ""


def node_id(node: Node) -> str:
    """The node's own `@id` (or microdata `itemid`), empty without one."""
    value = node.get("@id")
    return value.strip() if isinstance(value, str) else ""


def children(value: JSON) -> Iterator[tuple[str, Node]]:
    """The nodes directly inside, with the bare name that they stand under."""
    if isinstance(value, dict):
        for key, inner in value.items():
            for item in listed(inner):
                if isinstance(item, dict):
                    yield local_name(key), item


def is_number(text: str) -> bool:
    """Whether the text is a whole number of at most nine digits."""
    return text.isascii() and text.isdigit() and len(text) <= 9
