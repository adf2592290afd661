"""A small Lemmy server, as strict as the real one about parameters: one community (!lamps), search, and look-ups."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from collectors.base import JSON
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Asked, Reply

_LIST = {"community_name", "type_", "sort", "limit", "page"}
_SEARCH = {"q", "type_", "listing_type", "sort", "limit", "page"}


def at(number: float) -> str:
    """The time of the numbered thing."""
    return datetime.fromtimestamp(BEGIN + 60 * number, UTC).isoformat().replace("+00:00", "Z")


def _creator(number: int) -> dict[str, JSON]:
    return {"id": number, "name": f"player_{number}", "display_name": "Ana", "local": False,
            "actor_id": f"https://other.example/u/player_{number}"}  # fmt: skip


def post_view(number: int, **changed: JSON) -> dict[str, JSON]:
    """One post as the server shows it."""
    post: dict[str, JSON] = {
        "id": number, "name": f"Lamp {number}", "body": f"It **flickers**, {number}", "published": at(number),
        "ap_id": f"https://lemmy.example/post/{number}", "deleted": False, "removed": False, **changed,
    }  # fmt: skip
    return {"post": post, "creator": _creator(number), "community": {"id": 1, "name": "lamps"},
            "counts": {"comments": 2, "upvotes": 5, "score": 4}}  # fmt: skip


def comment_view(number: int, **changed: JSON) -> dict[str, JSON]:
    """One comment as the server shows it."""
    comment: dict[str, JSON] = {
        "id": number, "post_id": 7, "content": f"Mine flickers too, {number}", "published": at(number),
        "ap_id": f"https://lemmy.example/comment/{number}", "path": f"0.{number}", "deleted": False, "removed": False,
        **changed,
    }  # fmt: skip
    return {"comment": comment, "post": {"id": 7, "name": "Lamp 7"}, "creator": _creator(number),
            "community": {"id": 1, "name": "lamps"}, "counts": {"child_count": 1, "upvotes": 3}}  # fmt: skip


@dataclass
class Lemmy:
    """The server with its posts and comments."""

    posts: list[dict[str, JSON]]
    comments: list[dict[str, JSON]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        kind, _, verb = asked.path.removeprefix("/api/v3/").partition("/")
        if verb == "list" and kind in {"post", "comment"}:
            known = asked.query.get("community_name") == "lamps"
            return self._page(asked, kind, _LIST) if known else Reply({"error": "couldnt_find_community"}, 404)
        if kind == "search":
            kind = asked.query["type_"].lower().removesuffix("s")
            return self._page(asked, kind, _SEARCH, words=asked.query["q"])
        if kind in {"post", "comment"} and set(asked.query) == {"id"}:
            found = [view for view in self._views(kind) if _thing(view, kind).get("id") == int(asked.query["id"])]
            return Reply({f"{kind}_view": found[0]}) if found else Reply({"error": f"couldnt_find_{kind}"}, 404)
        return Reply({"error": "not_found"}, 404)

    def _views(self, kind: str) -> list[dict[str, JSON]]:
        return self.posts if kind == "post" else self.comments

    def _page(self, asked: Asked, kind: str, allowed: set[str], words: str = "") -> Reply:
        size, number = int(asked.query["limit"]), int(asked.query["page"])
        if not set(asked.query) <= allowed or not 1 <= size <= 50 or number < 1 or asked.query["sort"] != "New":
            return Reply({"error": "invalid_query"}, 400)
        pinned = [view for view in self._views(kind) if _thing(view, kind).get("featured_community")]
        others = sorted(
            (view for view in self._views(kind) if view not in pinned),
            key=lambda view: str(_thing(view, kind).get("published")),
            reverse=True,
        )
        found = [view for view in [*pinned, *others] if words in str(view)]
        return Reply({f"{kind}s": found[size * (number - 1) : size * number]})


def _thing(view: dict[str, JSON], kind: str) -> dict[str, JSON]:
    thing = view.get(kind)
    return thing if isinstance(thing, dict) else {}
