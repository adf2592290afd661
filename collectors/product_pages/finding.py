"""Finds the reviews in a page's nodes, and for each the thing that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from collectors.base import JSON
from collectors.product_pages.nodes import Node, children, listed, local_name, node_id, plain, types, values

_NOT_OPINIONS = {"claimreview", "mediareview", "review-aggregate", "reviewaction"}
_REVIEW_KEYS = ("review", "reviews")
_SAYS = ("reviewBody", "description", "text", "reviewRating", "rating", "ratingValue", "author", "name", "headline")
# What carries reviews without being what they are about.
_NO_SUBJECT = {
    "aggregaterating", "rating", "listitem", "itemlist", "offer", "person", "webpage", "itempage", "website",
    "breadcrumblist", "collectionpage", "imageobject", "searchaction",
}  # fmt: skip
_THINGS = {
    "product", "productgroup", "productmodel", "individualproduct", "someproducts", "vehicle", "car",
    "softwareapplication", "mobileapplication", "webapplication", "videogame", "game", "book", "audiobook", "movie",
    "recipe", "localbusiness", "restaurant", "hotel", "lodgingbusiness", "store", "course", "event", "service",
    "musicalbum", "podcastseries", "tvseries", "howto", "creativework", "menuitem", "touristattraction",
}  # fmt: skip
_THING_MARKS = {"review", "reviews", "aggregaterating", "offers", "sku", "gtin", "gtin13", "mpn"}


@dataclass(frozen=True, slots=True)
class Found:
    """One review as it stands in the page."""

    block: Node
    subject: Node | None  # what it is about, as far as the markup says
    syntax: str  # "json-ld", "microdata" or "rules"
    place: str  # "JSON-LD, review 3"


@dataclass(slots=True)
class Graph:
    """The nodes of a page in one syntax, with the references between them resolved."""

    syntax: str
    roots: Sequence[JSON]
    _by_id: dict[str, Node] = field(default_factory=dict)
    _subject_of: dict[str, Node] = field(default_factory=dict)
    things: list[Node] = field(default_factory=list)  # in the page's order
    ratings: list[tuple[Node, Node | None]] = field(default_factory=list)  # aggregates with what they are about

    def __post_init__(self) -> None:
        for root in self.roots:
            for node in _nodes(listed(root)):
                self._index(node)

    def _index(self, node: Node, key: str = "", subject: Node | None = None) -> None:
        kinds = types(node)
        identity = node_id(node)
        if identity and len(node) > len(self._by_id.get(identity, ())):
            self._by_id[identity] = node
        if identity and key in _REVIEW_KEYS and subject is not None:
            self._subject_of[identity] = subject
        if is_review(node, key):
            subject = None
        elif "aggregaterating" in kinds or key == "aggregaterating":
            about = next(_nodes(values(node, "itemReviewed")), subject)
            self.ratings.append((node, about))
        else:
            subject = node if _may_be_subject(node) else subject
            if is_thing(node):
                self.things.append(node)
        for name, child in children(node):
            self._index(child, name, subject)

    def resolve(self, value: JSON) -> JSON:
        """The node that a bare reference ({"@id": …}) stands for, or the value itself."""
        if isinstance(value, dict) and _is_reference(value):
            return self._by_id.get(node_id(value), value)
        return value

    def reviews(self) -> Iterator[Found]:
        """Every review once, in the page's order."""
        seen: set[int] = set()
        count = 0
        for root in self.roots:
            for node in _nodes(listed(root)):
                for block, subject in self._walk(node, "", None):
                    if id(block) not in seen and not _is_reference(block):
                        seen.add(id(block))
                        count += 1
                        name = "JSON-LD" if self.syntax == "json-ld" else self.syntax
                        yield Found(self._whole(block), subject, self.syntax, f"{name}, review {count}")

    def _walk(self, node: Node, key: str, subject: Node | None) -> Iterator[tuple[Node, Node | None]]:
        if is_review(node, key):
            about = self._reviewed(node) or self._subject_of.get(node_id(node)) or subject
            yield node, about
            subject = about
        elif _may_be_subject(node):
            subject = node
        for name, inner in node.items():
            for value in listed(inner):
                if isinstance(value, dict):
                    yield from self._walk(value, local_name(name), subject)
                elif local_name(name) in _REVIEW_KEYS and isinstance(value, str) and _is_prose(value):
                    yield {"@type": "Review", "reviewBody": value}, subject

    def _reviewed(self, review: Node) -> Node | None:
        for value in values(review, "itemReviewed"):
            resolved = self.resolve(value)
            if isinstance(resolved, dict):
                return resolved
            if name := plain(resolved):
                return {"name": name}
        return None

    def _whole(self, review: Node) -> Node:
        """The review with references to its author and rating filled in."""
        filled = dict(review)
        for key, value in review.items():
            if local_name(key) in {"author", "reviewrating", "creator"} and isinstance(value, dict):
                filled[key] = self.resolve(value)
        return filled


def is_review(node: Node, key: str = "") -> bool:
    """Whether the node is one person's review: by its type, or by where it stands and what it says."""
    kinds = types(node)
    if any(kind.endswith("review") or kind == "recommendation" for kind in kinds - _NOT_OPINIONS):
        return True
    untyped = not kinds or kinds <= {"comment", "thing", "creativework", "usercomments"}
    return key in _REVIEW_KEYS and untyped and bool(values(node, *_SAYS))


def is_thing(node: Node) -> bool:
    """Whether the node is something that people review: a product, a game, a shop."""
    if types(node) & _THINGS:
        return True
    return bool(_THING_MARKS & {local_name(key) for key in node}) and _may_be_subject(node)


def _may_be_subject(node: Node) -> bool:
    kinds = types(node)
    carrier = bool(kinds) and kinds <= _NO_SUBJECT
    return not carrier and not is_review(node) and bool(values(node, "name", "sku") or kinds)


def _is_reference(node: Node) -> bool:
    return set(node) <= {"@id", "@type"} and bool(node_id(node))


def _nodes(items: Sequence[JSON]) -> Iterator[Node]:
    return (item for item in items if isinstance(item, dict))


def _is_prose(value: str) -> bool:
    return " " in value.strip() and not value.strip().lower().startswith(("http://", "https://", "/", "#"))
