"""A small Bluesky, as strict as the real one about sign-ins and parameters: its app's API and the stream of posts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from collectors.base import JSON
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Asked, Reply

KEYS = {"BLUESKY_HANDLE": "studio.example", "BLUESKY_APP_PASSWORD": "abcd-efgh"}
POST = "app.bsky.feed.post"


def at(number: float) -> str:
    """The time of the numbered post."""
    return datetime.fromtimestamp(BEGIN + 60 * number, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def uri(number: int) -> str:
    """The address of the numbered post."""
    return f"at://did:plc:p{number}/{POST}/3k{number}"


def record(number: int, **changed: JSON) -> dict[str, JSON]:
    """One post as its author wrote it."""
    return {"$type": POST, "text": f"The lamp {number} flickers", "createdAt": at(number), "langs": ["en"], **changed}


def view(number: int, **changed: JSON) -> dict[str, JSON]:
    """One post as the app shows it."""
    return {
        "uri": uri(number), "cid": f"bafy{number}", "record": record(number), "indexedAt": at(number + 0.01),
        "author": {"did": f"did:plc:p{number}", "handle": f"player{number}.example", "displayName": "Ana",
                   "viewer": {"muted": False}},
        "replyCount": 1, "repostCount": 2, "likeCount": 3, "viewer": {"threadMuted": False}, **changed,
    }  # fmt: skip


@dataclass
class Bluesky:
    """The searches, notifications and author feed of one world; `handed_out` counts sign-ins."""

    posts: list[dict[str, JSON]]
    notifications: list[dict[str, JSON]] = field(default_factory=list)
    feed: list[dict[str, JSON]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        page = {"limit", "cursor"}
        wanted = {
            "com.atproto.server.createSession": lambda: self._sign_in(asked),
            "app.bsky.feed.searchPosts": lambda: self._search(asked, page | {"q", "sort", "since", "lang"}),
            "app.bsky.notification.listNotifications": lambda: self._page(
                asked, "notifications", self.notifications, page | {"reasons"}
            ),
            "app.bsky.feed.getAuthorFeed": lambda: self._page(asked, "feed", self.feed, page | {"actor", "filter"}),
            "app.bsky.feed.getPosts": lambda: self._look_up(asked),
        }
        method = asked.path.removeprefix("/xrpc/")
        if method in {"app.bsky.feed.searchPosts", "app.bsky.notification.listNotifications"} and (
            asked.headers.get("authorization") != "Bearer jwt"
        ):
            return Reply({"error": "AuthMissing", "message": "Authentication Required"}, 401)
        known = wanted.get(method)
        return known() if known else Reply({"error": "MethodNotImplemented", "message": "Method Not Implemented"}, 501)

    def _sign_in(self, asked: Asked) -> Reply:
        right = {"identifier": KEYS["BLUESKY_HANDLE"], "password": KEYS["BLUESKY_APP_PASSWORD"]}
        if asked.method != "POST" or json.loads(asked.body) != right:
            return Reply({"error": "AuthenticationRequired", "message": "Invalid identifier or password"}, 401)
        return Reply({"accessJwt": "jwt", "refreshJwt": "other", "did": "did:plc:studio", "handle": "studio.example"})

    def _search(self, asked: Asked, allowed: set[str]) -> Reply:
        since = asked.query.get("since", "")
        ordered = sorted(self.posts, key=_sort_at, reverse=True)
        found = [post for post in ordered if asked.query["q"] in str(post["record"]) and _sort_at(post) >= since]
        return self._page(asked, "posts", found, allowed)

    def _page(self, asked: Asked, inside: str, items: list[dict[str, JSON]], allowed: set[str]) -> Reply:
        if not set(asked.query) <= allowed or asked.query.get("sort", "latest") != "latest":
            return Reply({"error": "InvalidRequest", "message": "Error: unknown parameter"}, 400)
        start = int(asked.query.get("cursor", "0"))
        end = start + min(int(asked.query["limit"]), 100)
        more: dict[str, JSON] = {"cursor": str(end)} if end < len(items) else {}
        return Reply({inside: items[start:end], **more})

    def _look_up(self, asked: Asked) -> Reply:
        if set(asked.query) != {"uris"} or len(asked.many["uris"]) > 25:
            return Reply({"error": "InvalidRequest", "message": "Error: uris"}, 400)
        return Reply({"posts": [post for post in self.posts if post["uri"] in asked.many["uris"]]})


def _sort_at(post: dict[str, JSON]) -> str:
    made = post["record"]
    return min(str(made.get("createdAt")), str(post["indexedAt"])) if isinstance(made, dict) else str(post["indexedAt"])


def commit(number: int, operation: str = "create", **changed: JSON) -> dict[str, JSON]:
    """One event of the stream about the numbered post."""
    about: dict[str, JSON] = {"rev": "r", "operation": operation, "collection": POST, "rkey": f"3k{number}"}
    if operation != "delete":
        about |= {"record": record(number), "cid": f"bafy{number}"}
    return {"did": f"did:plc:p{number}", "time_us": (BEGIN + 60 * number) * 1_000_000, "kind": "commit",
            "commit": {**about, **changed}}  # fmt: skip


@dataclass
class Stream:
    """Jetstream: the events from the cursor on, the one at the cursor again, then good-bye (or not)."""

    events: list[JSON]
    fault: str = ""
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        if asked.path != "/subscribe" or set(asked.query) != {"wantedCollections", "cursor"}:
            return Reply(status=404)
        cursor = int(asked.query["cursor"])
        due = [event for event in self.events if not isinstance(event, dict) or int(str(event["time_us"])) >= cursor]
        frames = [event if isinstance(event, str) else json.dumps(event) for event in due]
        return Reply(frames=frames, fault=self.fault)
