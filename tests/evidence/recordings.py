"""What platforms really sent: where the recordings of a kind lie, and which of their objects are posts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from collectors.base import JSON, RawPost
from collectors.bluesky_post import is_words
from collectors.intercom_part import customers_parts
from collectors.mastodon_status import is_ours_to_read
from collectors.plain import storable
from collectors.reddit_thing import is_gone
from collectors.youtube_comment import raw_of_thread

Raws = Callable[[Mapping[str, JSON]], Iterator[RawPost]]
"""What `parse` takes, of one object of a recorded answer."""


@dataclass(frozen=True)
class Recorded:
    """Recordings of one kind, and what none of them covers."""

    lacking: str
    folder: str | None = None
    raws: Raws = lambda _: iter(())


@dataclass(frozen=True)
class Read:
    """What was found: files, and payloads as a collector stores them."""

    files: int
    raws: list[RawPost]


def read(kind: str, payloads: Path) -> Read:
    """The recorded payloads of a kind; none where nothing was recorded."""
    recorded = RECORDED[kind]
    if recorded.folder is None or not (payloads / recorded.folder).is_dir():
        return Read(0, [])
    files = 0
    raws: list[RawPost] = []
    for file in sorted((payloads / recorded.folder).rglob("*.json")):
        try:
            content = storable(json.loads(file.read_bytes()))
        except (ValueError, RecursionError):
            continue
        found = [raw for item in _objects(content) for raw in recorded.raws(item)]
        files += bool(found)
        raws += found
    return Read(files, raws)


def _objects(value: JSON) -> Iterator[Mapping[str, JSON]]:
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(item)


def _having(name: str, *wanted: str, **beside: JSON) -> Raws:
    """Objects that have all these fields, each under a name in the payload, with what stands beside it."""

    def raws(item: Mapping[str, JSON]) -> Iterator[RawPost]:
        if {*wanted} <= item.keys():
            yield {name: dict(item), **beside}

    return raws


def _mastodon(item: Mapping[str, JSON]) -> Iterator[RawPost]:
    if {"content", "account", "visibility", "created_at"} <= item.keys() and is_ours_to_read(item):
        yield {"status": dict(item), "host": "social.example", "product": None}


def _bluesky(item: Mapping[str, JSON]) -> Iterator[RawPost]:
    if {"uri", "cid", "author", "record", "indexedAt"} <= item.keys() and is_words(item):
        yield {"post": dict(item), "product": None}


def _github(item: Mapping[str, JSON]) -> Iterator[RawPost]:
    page = str(item.get("html_url"))
    if not {"body", "created_at", "user"} <= item.keys() or "/pull/" in page:
        return
    where = "discussion" if "/discussions/" in page else "issue" if "/issues/" in page else None
    if where:
        comment = " comment" if "#" in page else ""
        yield {"what": f"{where}{comment}", "item": dict(item), "repo": "studio/lamps", "product": None}


def _stack_exchange(item: Mapping[str, JSON]) -> Iterator[RawPost]:
    for what in ("comment", "answer", "question"):
        if {f"{what}_id", "creation_date", "owner"} <= item.keys():
            yield {"what": what, "item": dict(item), "site": "stackoverflow", "product": None}
            return


def _x(item: Mapping[str, JSON]) -> Iterator[RawPost]:
    if {"id", "text", "created_at"} <= item.keys() and not {"sender_id", "user", "entities_v1"} & item.keys():
        yield {"post": dict(item), "author": None, "product": None}


def _facebook(item: Mapping[str, JSON]) -> Iterator[RawPost]:
    if {"id", "message", "created_time"} <= item.keys() and "to" not in item:
        yield {"what": "comment" if "can_remove" in item or "parent" in item else "post", "item": dict(item)}


def _youtube(item: Mapping[str, JSON]) -> Iterator[RawPost]:
    snippet = item.get("snippet")
    if isinstance(snippet, dict) and "topLevelComment" in snippet:
        yield raw_of_thread(dict(item), None)
    elif isinstance(snippet, dict) and "textDisplay" in snippet and "parentId" in snippet:
        yield {"comment": dict(item), "video": None, "product": None}


def _reddit(item: Mapping[str, JSON]) -> Iterator[RawPost]:
    data = item.get("data")
    if item.get("kind") in {"t1", "t3"} and isinstance(data, dict) and not is_gone(data):
        yield {"thing": data, "product": None}


def _intercom(item: Mapping[str, JSON]) -> Iterator[RawPost]:
    if item.get("type") == "conversation":
        yield from customers_parts(dict(item), emails_are_ours=False)


def _telegram(item: Mapping[str, JSON]) -> Iterator[RawPost]:
    if {"message_id", "chat", "date", "text"} <= item.keys():
        yield {"message": dict(item), "product": None}


OWN = "is read by a test of its own"

RECORDED: Mapping[str, Recorded] = {
    "app_store": Recorded(
        "feeds with a single review; feeds that break off",
        "apple_appstore/itunes_rss_json",
        _having("entry", "im:rating", "content", country="us", feed_updated="2018-07-01T00:00:00Z"),
    ),
    "app_store_connect": Recorded("anything: no recording was found"),
    "bluesky": Recorded("chains of cursors; 429; accounts that block", "bluesky", _bluesky),
    "discord": Recorded("answers of the API, 429: only an export of a channel was found"),
    "discourse": Recorded(
        "errors; 429",
        "discourse",
        _having("post", "cooked", "post_number", "topic_id", forum="https://forum.example"),
    ),
    "email": Recorded("anything: letters are private"),
    "facebook": Recorded("recommendations; pages that were taken away", "facebook", _facebook),
    "feed": Recorded(f"conditional requests; each of 54 recorded feeds {OWN}"),
    "github": Recorded("discussions by GraphQL; webhooks of more than one repository", "github", _github),
    "google_business": Recorded("anything: no recording of the Business Profile API was found"),
    "google_play": Recorded(
        "pages of a list; errors",
        "google_play/androidpublisher_reviews",
        _having("review", "reviewId", "comments", product=None),
    ),
    "google_play_pages": Recorded(f"a second app; a recorded page of 40 reviews {OWN}"),
    "hacker_news": Recorded(
        "whole pages of a search; deleted and hidden items",
        "hackernews/algolia_search",
        _having("hit", "objectID", "created_at_i", "title", product=None),
    ),
    "instagram": Recorded(
        "errors", "instagram/comments", _having("item", "id", "text", "timestamp", media={}, product=None)
    ),
    "intercom": Recorded("conversations as the API sends them: only webhooks and documentation", "intercom", _intercom),
    "lemmy": Recorded("the API: only what servers tell each other was found"),
    "mastodon": Recorded("403 and 429; the stream", "mastodon", _mastodon),
    "product_pages": Recorded(f"shops' own software; each of the recorded pages {OWN}"),
    "reddit": Recorded("pages of a search; recordings are mostly of 2016 to 2023", "reddit", _reddit),
    "stack_exchange": Recorded("searches; errors; a backoff within a run", "stackexchange", _stack_exchange),
    "steam": Recorded(
        "a whole walk over pages; answers of developers",
        "steam",
        _having("review", "recommendationid", "timestamp_created", "voted_up", appid=440, product=None),
    ),
    "tabular": Recorded("nothing: the file is the company's own"),
    "telegram": Recorded("pictures; edited messages; posts of channels", "telegram", _telegram),
    "trustpilot": Recorded(f"the business API; a recorded page {OWN}"),
    "webhook": Recorded("nothing: the sender is a program of the company's own"),
    "x": Recorded("429; withheld posts", "x_twitter", _x),
    "youtube": Recorded("a quota that is used up; comments that are switched off", "youtube", _youtube),
    "zendesk": Recorded(f"comments of tickets; pages; each of three recorded tickets {OWN}"),
}
