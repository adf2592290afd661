"""A made-up platform with one list, whose posts are a minute apart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from collectors.base import Cursor, Page, Post, PostKind, PostUnreadable, RawPost
from collectors.walk import Listing, Sheet, Walk, follow, posts_by

BEGIN = datetime(2026, 9, 21, tzinfo=UTC)


def item(number: int, *, text: str = "It flickers", edited: int | None = None) -> RawPost:
    """A post of a made-up platform, a minute younger than the one before."""
    return {"id": f"p{number}", "at": number, "text": text, "edited": edited}


def read(raw: RawPost) -> Post:
    """The post of an item; one without an id cannot be read."""
    at, edited = raw.get("at"), raw.get("edited")
    if not isinstance(at, int):
        raise PostUnreadable("The item has no time.")
    return Post(
        kind=PostKind.POST,
        external_id=str(raw["id"]),
        url=None,
        text=str(raw["text"]),
        created_at=BEGIN + timedelta(minutes=at),
        edited_at=BEGIN + timedelta(minutes=edited) if isinstance(edited, int) else None,
        raw=raw,
    )


@dataclass
class World:
    """A list of three items a page, in the order in which it is given; positions are numbers."""

    items: list[RawPost]
    asked: list[str | None] = field(default_factory=list)
    asked_at: float | None = None
    total: int | None = None

    def ask(self, walk: Walk) -> Sheet:
        position = walk.position
        self.asked.append(position)
        start = int(position or 0)
        onward = str(start + 3) if start + 3 < len(self.items) else None
        return Sheet(items=self.items[start : start + 3], onward=onward, asked_at=self.asked_at, total=self.total)

    def listing(self, **chosen: object) -> Listing:
        return Listing(**{"name": "list", "ask": self.ask, "read": posts_by(read), **chosen})


def run(
    listings: Listing | Sequence[Listing], cursor: Cursor | None = None, since: datetime | None = None
) -> tuple[list[str], Cursor, list[Page]]:
    """The ids that a run brings, the cursor to store as JSON keeps it, and the pages."""
    pages = list(follow([listings] if isinstance(listings, Listing) else listings, cursor, since))
    return ids(pages), json.loads(json.dumps(pages[-1].cursor, sort_keys=True)), pages


def ids(pages: Sequence[Page]) -> list[str]:
    """The ids of all posts."""
    return [post.external_id for page in pages for post in page.posts]


def newest_first(*numbers: int) -> list[RawPost]:
    """Items of these numbers, the highest first."""
    return [item(number) for number in sorted(numbers, reverse=True)]
