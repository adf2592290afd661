"""Stories and comments on Hacker News, by search. No key is needed.

Written from hn.algolia.com/api (search_by_date) and github.com/HackerNews/API (items). The search shows a thousand hits
at most, so it is walked by time: each answer ends where the next one begins. Texts can be edited for two hours, which
is what is read again each time; deletions are found by asking Hacker News itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import cast

from pydantic import BaseModel, Field

from collectors import fields
from collectors.base import (
    JSON,
    Author,
    Collector,
    Cursor,
    Engagement,
    Pace,
    Page,
    Passport,
    Post,
    PostKind,
    PostUnreadable,
    RawPost,
    ReplyDoor,
    SourceBusy,
    Spec,
)
from collectors.net import Net
from collectors.options import Options, Words
from collectors.plain import from_simple_html
from collectors.reading import look_up
from collectors.walk import Listing, Sheet, Walk, follow, posts_by

HOME = "https://hn.algolia.com"
_ITEMS = "https://hacker-news.firebaseio.com"
_SITE = "https://news.ycombinator.com"
_OVERLAP = timedelta(hours=2)  # for so long a text can be edited
_KNOWN = 500
_AT_ONCE = 100
_DUE = 4  # fewer known posts may all have been deleted


class HackerNewsOptions(Options):
    """What to listen to on Hacker News."""

    searches: Words = Field(min_length=1, description='Words to search for; "in quotes" exactly as they stand.')
    comments: bool = Field(default=True, description="Also comments, not only stories.")
    backlog: int = Field(default=200, ge=1, le=10_000, description="Posts of each search to read at the first time.")
    product: str | None = Field(default=None, description="The product that is talked about there.")


class HackerNews:
    """Listens to searches."""

    def __init__(self, options: HackerNewsOptions, net: Net) -> None:
        self._options = options
        self._net = net
        for home in (HOME, _ITEMS):
            net.home(home)

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield what is new or edited, one search after the other, newest first; see `Collector.pages`."""
        return follow([self._listing(words) for words in self._options.searches], cursor, since)

    def recheck(self, external_ids: Sequence[str]) -> Page:
        """Ask for posts again: those that were deleted or hidden are gone. See `Rechecks.recheck`.

        Edits are not looked for: a text is final before it is ever looked up.
        """

        def show(batch: list[str]) -> list[JSON]:
            items = fields.objects([self._net.json(f"{_ITEMS}/v0/item/{name}.json") for name in batch])
            return [item for item in items if not item.get("deleted") and not item.get("dead")]

        names = [name for name in external_ids if name.isascii() and name.isdigit()]
        return look_up(names, _AT_ONCE, show, _name, lambda _: None)

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one hit; see `Collector.parse`."""
        hit = fields.obj(raw, "hit")
        name = fields.text(hit, "objectID")
        if not name:
            raise PostUnreadable("The hit has no objectID.", raw=fields.sample(hit))
        comment = fields.text_or_none(hit, "comment_text") is not None or _is_comment(hit)
        title = None if comment else fields.text_or_none(hit, "title")
        text = fields.text(hit, "comment_text") if comment else fields.text_or_none(hit, "story_text") or ""
        author = fields.text_or_none(hit, "author")
        return Post(
            kind=PostKind.COMMENT if comment else PostKind.POST,
            external_id=name,
            url=f"{_SITE}/item?id={name}",
            title=title,
            text=from_simple_html(text) or title or "",
            created_at=_made_at(hit),
            author=Author(external_id=author, handle=author, url=f"{_SITE}/user?id={author}") if author else None,
            thread_id=fields.text_or_none(hit, "story_id") if comment else name,
            parent_id=fields.text_or_none(hit, "parent_id") if comment else None,
            product=fields.text_or_none(raw, "product"),
            engagement=Engagement(
                likes=fields.count_or_none(hit, "points"), replies=fields.count_or_none(hit, "num_comments")
            ),
            raw=raw,
        )

    def _listing(self, words: str) -> Listing:
        read = posts_by(self._read, replies=False)

        def page(items: Sequence[RawPost], walk: Walk, where: str) -> Page:
            hits = [fields.obj_or_empty(item, "hit") for item in items]
            gone = [name for hit in hits if _is_dead(hit) and (name := fields.text_or_none(hit, "objectID"))]
            return replace(read(items, walk, where), gone=gone)

        return Listing(
            name=f"search “{words}”",
            ask=partial(self._ask, words),
            read=page,
            overlap=_OVERLAP,
            anchors=_KNOWN,
            backlog=self._options.backlog,
            depth="",
            due=_DUE,
        )

    def _read(self, raw: RawPost) -> Post | None:
        """The post of a hit; None where nothing is left of it."""
        return None if _is_dead(fields.obj_or_empty(raw, "hit")) else self.parse(raw)

    def _ask(self, words: str, walk: Walk) -> Sheet:
        """The hits from a time down, and the time of the last one; it is asked for again, for those of that second."""
        begin = walk.begins_at
        within = [
            f"created_at_i>={int(begin.timestamp()) if begin else 0}",
            *([f"created_at_i<={walk.position}"] if walk.position else []),
        ]
        asked = {
            "query": words,
            "tags": "(story,poll,comment)" if self._options.comments else "(story,poll)",
            "numericFilters": ",".join(within),
            "hitsPerPage": str(_AT_ONCE),
        }
        answer = self._net.json(f"{HOME}/api/v1/search_by_date", params=asked)
        hits = answer.get("hits") if isinstance(answer, dict) else None
        if not isinstance(hits, list):
            raise SourceBusy("The search of Hacker News answered in a form that we do not know; it may have changed.")
        times = [made for hit in fields.objects(hits) if isinstance(made := hit.get("created_at_i"), int)]
        return Sheet(items=[self._raw(hit) for hit in hits], onward=str(min(times)) if times else None)

    def _raw(self, hit: JSON) -> RawPost:
        shown = {k: v for k, v in hit.items() if k != "_highlightResult"} if isinstance(hit, dict) else hit
        return {"hit": shown, "product": self._options.product}


def _is_dead(hit: Mapping[str, JSON]) -> bool:
    """Whether it is a comment that was deleted or hidden: the search still knows it, without its text."""
    return _is_comment(hit) and hit.get("comment_text") is None


def _is_comment(hit: Mapping[str, JSON]) -> bool:
    return "comment" in fields.list_or_empty(hit, "_tags")


def _made_at(hit: Mapping[str, JSON]) -> datetime:
    seconds = hit.get("created_at_i")
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        return fields.moment(hit, "created_at_i")
    return fields.instant(hit, "created_at")


def _name(item: JSON) -> str:
    return (fields.text_or_none(item, "id") or "") if isinstance(item, dict) else ""


def build(options: BaseModel, secrets: Mapping[str, str], net: Net) -> Collector:  # noqa: ARG001 - the Spec's signature
    """The collector for validated options; Hacker News needs no key."""
    return HackerNews(cast("HackerNewsOptions", options), net)


SPEC = Spec(
    kind="hacker_news",
    title="Hacker News",
    options=HackerNewsOptions,
    build=build,
    passport=Passport(
        may_link=True,
        may_reply=ReplyDoor.LINK,
        may_export=True,
        may_train=True,
        keep_raw_days=None,
        recheck_hours=48,
        attribution="Comment on Hacker News, with the author's name and a link",
        terms="Both interfaces are public and free; as far as we know their terms are silent on fitting models. A name "
        "may be tied to a customer only where the customer's record already holds it (they told us), never by "
        "likeness. Answers are written on Hacker News itself; what is deleted there must go here too.",
    ),
    home=HOME,
    # 10,000 an hour and address at Algolia (hn.algolia.com/api); Firebase has none (github.com/HackerNews/API).
    pace=Pace(requests=2),
    safe_to_resume=True,
    sees_edits=True,
    sees_deletes=True,
)
