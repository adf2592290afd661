"""A made-up Graph API: a Facebook Page and an Instagram account with comments, as strict as the real one."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs

from collectors.base import JSON
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Asked, Reply

_HOME = "https://graph.facebook.com/v26.0"
PROOF = hmac.new(b"s3cret", b"t0ken", hashlib.sha256).hexdigest()
ACCOUNT = "17841400000000001"


def at(minute: float) -> str:
    """The moment so many minutes after the beginning, as Meta writes it."""
    return datetime.fromtimestamp(BEGIN + 60 * minute, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def page_post(number: int, updated: float = 0, comments: int = 0, **changed: JSON) -> dict[str, JSON]:
    """One post in the feed of the Page 111."""
    return {
        "id": f"111_{number}", "from": {"id": "111", "name": "Lamps Ltd"}, "message": f"A new lamp {number}",
        "created_time": at(number), "updated_time": at(updated), "shares": {"count": 2},
        "permalink_url": f"https://www.facebook.com/111/posts/{number}",
        "comments": {"data": [], "summary": {"total_count": comments}}, **changed,
    }  # fmt: skip


def page_comment(number: int, post: int, **changed: JSON) -> dict[str, JSON]:
    """One comment on a post of the Page."""
    return {
        "id": f"{post}_{number}", "from": {"id": f"9{number}", "name": f"Ana {number}"}, "like_count": 3,
        "message": f"It flickers, {number}", "created_time": at(number), "comment_count": 1, "is_hidden": False,
        "permalink_url": f"https://www.facebook.com/111/posts/{post}?comment_id={number}", **changed,
    }  # fmt: skip


def medium(number: int, comments: int = 0, **changed: JSON) -> dict[str, JSON]:
    """One medium of the Instagram account lamps."""
    return {
        "id": f"1789000{number:04d}", "username": "lamps", "timestamp": at(number), "comments_count": comments,
        "permalink": f"https://www.instagram.com/p/C{number}/", **changed,
    }  # fmt: skip


def media_comment(number: int, replies: list[dict[str, JSON]] | None = None, **changed: JSON) -> dict[str, JSON]:
    """One comment on a medium."""
    name = f"ana.{number}"
    return {
        "id": f"1800{number:04d}", "text": f"So bright 💡 {number}", "username": name, "timestamp": at(number),
        "like_count": 2, "hidden": False, "from": {"id": f"55{number}", "username": name},
        **({"replies": [*replies]} if replies else {}), **changed,
    }  # fmt: skip


@dataclass
class Graph:
    """What the token t0ken may see: lists by path, and every object in them by its id."""

    lists: dict[str, list[dict[str, JSON]]] = field(default_factory=dict)
    size: int = 100  # items in one answer, at most
    proof: bool = False  # does the app ask for proof of its secret?
    permissions: dict[str, str] | None = None  # of a user's token; a Page's has no such list
    lost: set[str] = field(default_factory=set)  # deleted, though still listed

    def __call__(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != "Bearer t0ken":
            return _error(190, "Invalid OAuth access token.")
        posted = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        if self.proof and {**asked.query, **posted}.get("appsecret_proof") != PROOF:
            return _error(100, "API calls from the server require an appsecret_proof argument")
        if (asked.method, asked.path) == ("POST", "/v26.0/"):
            wanted = json.loads(posted["batch"])
            assert len(wanted) <= 50
            return Reply([self._one(str(part["relative_url"])) for part in wanted])
        if (asked.method, asked.path) == ("GET", "/v26.0/me/permissions") and self.permissions is not None:
            return Reply({"data": [{"permission": name, "status": state} for name, state in self.permissions.items()]})
        if asked.method != "GET" or "access_token" in asked.query or "fields" not in asked.query:
            return _error(100, "Unsupported request")
        return self._edge(asked.path.removeprefix("/v26.0/"), asked.query)

    def _edge(self, path: str, query: Mapping[str, str]) -> Reply:
        if path not in self.lists or path.partition("/")[0] in self.lost:
            return _error(100, f"Unsupported get request. Object with ID '{path}' does not exist", 33)
        items = self.lists[path]
        if query.get("order") == "reverse_chronological":
            items = sorted(items, key=lambda item: str(item["created_time"]), reverse=True)
        return Reply(self._part(path, items, query))

    def _part(self, path: str, items: list[dict[str, JSON]], query: Mapping[str, str]) -> dict[str, JSON]:
        start, size = int(query.get("after", "0")), min(int(query.get("limit", "25")), self.size)
        shown: list[JSON] = []
        for item in items[start : start + size]:
            replies = item.get("replies")
            if isinstance(replies, list):
                self.lists[f"{item['id']}/replies"] = [reply for reply in replies if isinstance(reply, dict)]
                part = self._part(f"{item['id']}/replies", self.lists[f"{item['id']}/replies"], {"limit": "2"})
                shown.append({**item, "replies": part})
            else:
                shown.append({**item})
        paging: dict[str, JSON] = {"cursors": {"before": "x", "after": str(start + size)}}
        if start + size < len(items):
            paging["next"] = f"{_HOME}/{path}?access_token=t0ken&after={start + size}"
        return {"data": shown, "paging": paging}

    def _one(self, address: str) -> JSON:
        name = address.removeprefix("v26.0/").partition("?")[0]
        found = [item for items in self.lists.values() for item in items if item.get("id") == name]
        if found and name not in self.lost:
            return {"code": 200, "body": json.dumps(found[0])}
        error = {"message": "does not exist", "type": "GraphMethodException", "code": 100, "error_subcode": 33}
        return {"code": 400, "body": json.dumps({"error": error})}


def _error(code: int, message: str, subcode: int | None = None) -> Reply:
    error: dict[str, JSON] = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A"}
    return Reply({"error": {**error, **({"error_subcode": subcode} if subcode else {})}}, status=400)
