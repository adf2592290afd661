"""Listening to what is written under an account's own newest posts, as Facebook and Instagram let one do.

Each post says when something last happened to it, or how many comments it has; only where that changed its comments
are read. A post counts as read when its comments were handed over to the end, so a run that breaks off leaves no hole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

from collectors import fields
from collectors.abilities import Ability, tried
from collectors.base import JSON, Cursor, Page, Post, RawPost, SourceBusy
from collectors.graph import Edge, Graph, NotThere
from collectors.reading import joined, none_of, read_items, read_named, weighty


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """How one sort of our posts is looked up again."""

    opening: str = ""  # what stands before Meta's id in ours
    shown: str = "id"  # the fields to ask for
    raw: Callable[[JSON], RawPost] | None = None  # what `parse` takes; None: nobody can edit it, so it is not read


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How one platform names things, and what is wanted of it."""

    platform: str
    permissions: Sequence[str]  # what the token's owner must have given
    posts: str  # the path of the list of posts
    most: int  # so many of the newest posts are looked through
    shown: str  # the fields of a post
    comments: Mapping[str, str]  # the parameters of the list of a post's comments
    newest_first: bool  # do new comments, answers included, stand first, so that reading may end at known ones?
    stamp: Callable[[Mapping[str, JSON]], str]  # what changes when a comment comes
    unfold: Callable[[dict[str, JSON], JSON], Iterator[RawPost]]  # what is wanted of a comment, answers included
    opening: Callable[[dict[str, JSON]], Iterator[RawPost]]  # what is wanted of the post itself
    parse: Callable[[RawPost], Post]
    look_ups: Sequence[LookUp]


class Threads:
    """Listens to what is written under the newest posts of one account."""

    def __init__(self, graph: Graph, shape: Shape) -> None:
        self._graph = graph
        self._shape = shape

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what is new under each post, newest post first; see `Collector.pages`."""
        yield from weighty(self._threads(cursor, since))

    def recheck(self, external_ids: Sequence[str]) -> Page:
        """Look posts up again, fifty at a time. See `Rechecks.recheck`.

        Raises SourceBusy too where of several none is there, which is taken as a fault.
        """
        raws: list[RawPost] = []
        gone: list[str] = []
        asked = 0
        for sort in self._shape.look_ups:
            bare = (name.removeprefix(sort.opening) for name in external_ids if name.startswith(sort.opening))
            names = [name for name in dict.fromkeys(bare) if name.replace("_", "").isdecimal()]
            found, lost = self._graph.look_up(names, sort.shown)
            asked += len(names)
            gone += [f"{sort.opening}{name}" for name in lost]
            raws += [sort.raw(item) for item in found] if sort.raw is not None else []
        if len(gone) == asked:
            none_of(asked)
        return replace(read_items(self.parse, raws, "look-up"), gone=gone)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one stored payload; see `Collector.parse`."""
        return self._shape.parse(raw)

    def abilities(self) -> Sequence[Ability]:
        """Whether the posts are shown to the token, and what its owner permitted; see `Able.abilities`."""
        first = self._graph.edge(self._shape.posts, {"fields": "id", "limit": "1"})
        read = tried(f"read the posts of {self._shape.posts.partition('/')[0]}", lambda: next(first))
        return [*read, *self._graph.permissions(self._shape.permissions)]

    def _threads(self, cursor: Cursor | None, since: datetime | None) -> Iterator[Page]:
        known = fields.obj_or_empty(cursor or {}, "posts")
        listed = self._newest()
        if known and not listed:
            raise SourceBusy(f"{self._shape.platform} shows no posts, though there were some. Taken as a fault.")
        reached = {name: known[name] for name, _ in listed if name in known}
        gap = None
        if known and not reached:
            gap = f"{self._shape.most} posts or more since last time; what was written under older ones may be missing."
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
        params = {"fields": self._shape.shown, "limit": str(min(self._shape.most, 100))}
        for edge in self._graph.edge(self._shape.posts, params):
            for item in edge.items:
                name = fields.text_or_none(item, "id") if isinstance(item, dict) else None
                if name is not None and isinstance(item, dict):
                    found.setdefault(name, item)
            if len(found) >= self._shape.most:
                break
        return list(found.items())[: self._shape.most]

    def _under(
        self, name: str, post: dict[str, JSON], newest: int, since: datetime | None
    ) -> Iterator[tuple[Page, int, bool]]:
        """Pages of what is written under a post, the time of the newest of it, and whether the page is the last."""
        floor = newest or (since.timestamp() if since else 0.0)
        own = read_named(self.parse, ((f"post {name}", raw) for raw in self._shape.opening(post)))
        edges = self._graph.edge(f"{name}/comments", self._shape.comments)
        for number in count(1):
            try:
                edge = next(edges)
            except NotThere:  # deleted since it was listed
                edge = Edge([], last=True)
            found = read_named(self.parse, self._wanted(post, edge.items, f"post {name}, page {number}"))
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
