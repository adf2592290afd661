"""A made-up GitHub repository: issues and comments by REST, discussions by GraphQL, as strict as the real one."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from collectors.base import JSON
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Asked, Reply

HOME = "https://api.github.com"
_TAKEN = {"state", "sort", "direction", "since", "per_page", "page"}


def at(minute: float) -> str:
    """The moment so many minutes after the beginning, as GitHub writes it."""
    return datetime.fromtimestamp(BEGIN + 60 * minute, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _user(number: int) -> dict[str, JSON]:
    login = f"player-{number}"
    return {"login": login, "id": 500 + number, "type": "User", "html_url": f"https://github.com/{login}"}


def issue(number: int, **changed: JSON) -> dict[str, JSON]:
    """One issue as REST shows it."""
    return {
        "id": 7000 + number, "node_id": f"I_{number}", "number": number, "title": f"Lamp {number} flickers",
        "html_url": f"https://github.com/studio/lamps/issues/{number}", "user": _user(number), "state": "open",
        "body": f"<!-- Describe it -->\nLamp {number} **flickers**.", "comments": 1, "created_at": at(number),
        "updated_at": at(number), "reactions": {"total_count": 5, "+1": 4, "-1": 1}, **changed,
    }  # fmt: skip


def issue_comment(number: int, **changed: JSON) -> dict[str, JSON]:
    """One comment on issue 1 as REST shows it."""
    return {
        "id": 8000 + number, "node_id": f"IC_{number}", "user": _user(number), "body": f"Mine too, {number}",
        "html_url": f"https://github.com/studio/lamps/issues/1#issuecomment-{8000 + number}",
        "issue_url": f"{HOME}/repos/studio/lamps/issues/1", "created_at": at(number), "updated_at": at(number),
        "reactions": {"total_count": 0, "+1": 0}, **changed,
    }  # fmt: skip


def discussion(number: int, comments: list[dict[str, JSON]] | None = None, **changed: JSON) -> dict[str, JSON]:
    """One discussion as GraphQL shows it, less its comments' pages."""
    return {
        **said(f"D_{number}", number), "number": number, "title": f"Idea {number}", "isAnswered": False,
        "url": f"https://github.com/studio/lamps/discussions/{number}", "category": {"name": "Ideas"},
        "comments": [*(comments or [])], **changed,
    }  # fmt: skip


def said(name: str, minute: float, **changed: JSON) -> dict[str, JSON]:
    """What discussions, comments and replies have in common in GraphQL."""
    author = {"__typename": "User", "login": "ana", "url": "https://github.com/ana", "databaseId": 9}
    return {
        "id": name, "body": f"A brighter lamp, {name}", "url": f"https://github.com/studio/lamps/discussions/1#{name}",
        "author": author, "createdAt": at(minute), "updatedAt": at(minute), "lastEditedAt": None, "upvoteCount": 3,
        **changed,
    }  # fmt: skip


@dataclass
class Github:
    """The repository studio/lamps."""

    issues: list[dict[str, JSON]] = field(default_factory=list)
    comments: list[dict[str, JSON]] = field(default_factory=list)
    discussions: list[dict[str, Any]] = field(default_factory=list)
    token: str = "t0ken"
    together: int = 50  # comments or replies in one GraphQL answer

    def __call__(self, asked: Asked) -> Reply:
        signed = asked.headers.get("authorization")
        if signed is not None and signed != f"Bearer {self.token}":
            return Reply({"message": "Bad credentials", "status": "401"}, status=401)
        if (asked.method, asked.path) == ("POST", "/graphql"):
            return Reply({"message": "Requires authentication"}, status=401) if signed is None else self._graph(asked)
        if (asked.method, asked.path) == ("GET", "/repos/studio/lamps"):
            headers = {"X-RateLimit-Remaining": "4990" if signed else "49", "X-OAuth-Scopes": "repo" if signed else ""}
            return Reply({"full_name": "studio/lamps", "has_discussions": bool(self.discussions)}, headers=headers)
        lists = {"/repos/studio/lamps/issues": self.issues, "/repos/studio/lamps/issues/comments": self.comments}
        if asked.method != "GET" or asked.path not in lists:
            return Reply({"message": "Not Found", "status": "404"}, status=404)
        if set(asked.query) - _TAKEN or (asked.query["sort"], asked.query["direction"]) != ("updated", "asc"):
            return Reply({"message": "Validation Failed", "status": "422"}, status=422)
        return self._list(asked, lists[asked.path])

    def _list(self, asked: Asked, items: list[dict[str, JSON]]) -> Reply:
        since, size = asked.query.get("since", ""), int(asked.query["per_page"])
        ordered = sorted(items, key=lambda item: str(item.get("updated_at")))
        ordered = [item for item in ordered if str(item.get("updated_at")) >= since]
        page = int(asked.query.get("page", "1"))
        body = json.dumps(ordered[(page - 1) * size : page * size]).encode()
        headers = {"ETag": f'W/"{sha256(body).hexdigest()[:12]}"'}
        if asked.headers.get("if-none-match") == headers["ETag"]:
            return Reply(status=304, headers=headers)
        if len(ordered) > page * size:
            onward = f"{HOME}{asked.path}?{urlencode({**asked.query, 'page': page + 1})}"
            headers["Link"] = f'<{HOME}/first>; rel="first", <{onward}>; rel="next"'
        return Reply(body, headers=headers)

    def _graph(self, asked: Asked) -> Reply:
        query, given = json.loads(asked.body)["query"], json.loads(asked.body)["variables"]
        assert query.count("{") == query.count("}")
        if "nodes(ids:$ids)" in query:
            here = {str(item.get("node_id") or item.get("id")) for item in self._everything()}
            errors = [{"type": "NOT_FOUND", "message": f"no {name}"} for name in given["ids"] if name not in here]
            nodes = [{"id": name} if name in here else None for name in given["ids"]]
            return Reply({"data": {"nodes": nodes}, **({"errors": errors} if errors else {})})
        if "node(id:$id)" in query:
            node = next(item for item in self._everything() if item.get("id") == given["id"])
            what = "comments" if "comments" in node else "replies"
            return Reply({"data": {"node": {"more": self._part(node[what], given["after"])}}})
        if (given["owner"], given["name"]) != ("studio", "lamps"):
            error = {"type": "NOT_FOUND", "message": "Could not resolve to a Repository"}
            return Reply({"data": {"repository": None}, "errors": [error]})
        ordered = sorted(self.discussions, key=lambda item: str(item["updatedAt"]), reverse=True)
        return Reply({"data": {"repository": {"discussions": self._part(ordered, given["after"], 25)}}})

    def _everything(self) -> list[dict[str, Any]]:
        comments = [comment for item in self.discussions for comment in item["comments"]]
        replies = [reply for comment in comments for reply in comment.get("replies", [])]
        return [*self.issues, *self.comments, *self.discussions, *comments, *replies]

    def _part(self, items: list[dict[str, Any]], after: str | None, size: int | None = None) -> dict[str, JSON]:
        start, size = int(after or 0), size or self.together
        nodes: list[JSON] = []
        for item in items[start : start + size]:
            parts = {name: self._part(item[name], None) for name in ("comments", "replies") if name in item}
            nodes.append({**item, **parts})
        more = start + size < len(items)
        return {
            "totalCount": len(items), "nodes": nodes,
            "pageInfo": {"hasNextPage": more, "endCursor": str(start + size) if more else None},
        }  # fmt: skip
