"""Listening to what is written under an account's own newest posts, as Facebook and Instagram let one do.

Each post says when something last happened to it, or how many comments it has; only where that changed its comments
are read. A post counts as read when its comments were handed over to the end, so a run that breaks off leaves no hole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

from collectors import fields
from collectors.base import JSON, Cursor, Page, Post, RawPost, SourceBusy
from collectors.graph import Edge, Graph, NotThere
from collectors.reading import joined, read_named, weighty


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How one platform names things."""

    platform: str
    posts: str  # the path of the list of posts
    shown: str  # the fields of a post
    comments: Mapping[str, str]  # the parameters of the list of a post's comments
    newest_first: bool  # do new comments, answers included, stand first, so that reading may end at known ones?
    stamp: Callable[[Mapping[str, JSON]], str]  # what changes when a comment comes
    unfold: Callable[[dict[str, JSON], JSON], Iterator[RawPost]]  # what is wanted of a comment, answers included
    opening: Callable[[dict[str, JSON]], Iterator[RawPost]]  # what is wanted of the post itself


class Threads:
    """Reads the newest posts of an account and what is written under them."""

    def __init__(self, graph: Graph, shape: Shape, most: int, parse: Callable[[RawPost], Post]) -> None:
        self._graph = graph
        self._shape = shape
        self._most = most
        self._parse = parse

    def pages(self, cursor: Cursor | None, since: datetime | None) -> Iterator[Page]:
        """Yield what is new under each post, newest post first; see `Collector.pages`."""
        yield from weighty(self._threads(cursor, since))

    def _threads(self, cursor: Cursor | None, since: datetime | None) -> Iterator[Page]:
        known = fields.obj_or_empty(cursor or {}, "posts")
        listed = self._newest()
        if known and not listed:
            raise SourceBusy(f"{self._shape.platform} shows no posts, though there were some. Taken as a fault.")
        reached = {name: known[name] for name, _ in listed if name in known}
        gap = None
        if known and not reached:
            gap = f"{self._most} posts or more since last time; what was written under older ones may be missing."
        yield Page(cursor={"posts": {**reached}}, gap=gap)
        for name, post in listed:
            before = fields.obj_or_empty(known, name)
            stamp = self._shape.stamp(post)
            if fields.text_or_none(before, "stamp") == stamp:
                continue
            newest = fields.numbers(known, name).get("newest", 0)
            for page, latest, last in self._under(name, post, newest, None if before else since):
                newest = max(newest, latest)
                if last:
                    reached[name] = {"stamp": stamp, "newest": newest}
                yield Page(posts=page.posts, set_aside=page.set_aside, cursor={"posts": {**reached}} if last else None)

    def _newest(self) -> list[tuple[str, dict[str, JSON]]]:
        found: dict[str, dict[str, JSON]] = {}
        params = {"fields": self._shape.shown, "limit": str(min(self._most, 100))}
        for edge in self._graph.edge(self._shape.posts, params):
            for item in edge.items:
                name = fields.text_or_none(item, "id") if isinstance(item, dict) else None
                if name is not None and isinstance(item, dict):
                    found.setdefault(name, item)
            if len(found) >= self._most:
                break
        return list(found.items())[: self._most]

    def _under(
        self, name: str, post: dict[str, JSON], newest: int, since: datetime | None
    ) -> Iterator[tuple[Page, int, bool]]:
        """Pages of what is written under a post, the time of the newest of it, and whether the page is the last."""
        floor = newest or (since.timestamp() if since else 0.0)
        own = read_named(self._parse, ((f"post {name}", raw) for raw in self._shape.opening(post)))
        edges = self._graph.edge(f"{name}/comments", self._shape.comments)
        for number in count(1):
            try:
                edge = next(edges)
            except NotThere:  # deleted since it was listed
                edge = Edge([], last=True)
            found = read_named(self._parse, self._wanted(post, edge.items, f"post {name}, page {number}"))
            times = [comment.created_at.timestamp() for comment in found.posts]
            last = edge.last or (self._shape.newest_first and min(times, default=floor) < floor)
            page = joined([own, found])
            new = {one.external_id: one for one in page.posts if since is None or one.created_at >= since}
            yield replace(page, posts=[*new.values()]), int(max(times, default=0)), last
            if last:
                return
            own = Page()

    def _wanted(self, post: dict[str, JSON], items: list[JSON], where: str) -> Iterator[tuple[str, RawPost]]:
        for place, item in enumerate(items, start=1):
            for raw in self._shape.unfold(post, item):
                yield f"{where}, comment {place}", raw
