"""A small Intercom, made up for tests: as strict about method, path, token and questions as the real one."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from collectors.base import JSON
from tests.recorded.web import Asked, Reply

KEYS = {"INTERCOM_ACCESS_TOKEN": "it"}
BEGIN = 1_790_000_000  # 2026-09-21; conversations are an hour apart
HOUR = 3600


def customer(number: int, **changed: JSON) -> dict[str, JSON]:
    """A signed-in user, as the author of a message."""
    return {
        "type": "user", "id": f"c{number}", "name": f"Customer {number}", "email": f"c{number}@people.example",
        **changed,
    }  # fmt: skip


TEAM: dict[str, JSON] = {"type": "admin", "id": "77", "name": "Team", "email": "team@lamps.example"}


def part(number: int, author: dict[str, JSON], at: int, **changed: JSON) -> dict[str, JSON]:
    """One part of a conversation."""
    return {
        "type": "conversation_part", "id": str(number), "part_type": "comment", "body": f"<p>Part {number}</p>",
        "created_at": at, "updated_at": at, "author": author, "redacted": False,
        "attachments": [{"url": "https://downloads.example/?token=abc"}], **changed,
    }  # fmt: skip


def conversation(number: int, parts: list[dict[str, JSON]] | None = None, **changed: JSON) -> dict[str, JSON]:
    """One conversation that a customer began, as it is shown by itself."""
    at = BEGIN + HOUR * number
    listed: list[JSON] = [*(parts or [])]
    return {
        "type": "conversation", "id": str(number), "created_at": at, "updated_at": at, "state": "open", "title": None,
        "source": {
            "type": "conversation", "id": str(9000 + number), "delivered_as": "customer_initiated",
            "subject": f"<p>Lamp {number}</p>", "body": f"<p>The lamp {number} <b>flickers</b></p>",
            "author": customer(number), "redacted": False,
        },
        "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": f"c{number}"}]},
        "conversation_rating": None, "custom_attributes": {"phone": "+49 30 1234"},
        "conversation_parts": {
            "type": "conversation_part.list", "conversation_parts": listed, "total_count": len(listed),
        },
        **changed,
    }  # fmt: skip


@dataclass
class Intercom:
    """Search by last change, and conversations by id."""

    conversations: dict[str, dict[str, JSON]] = field(default_factory=dict)
    region: str = "US"
    forgotten: bool = False  # the place in the list that is asked for next is no longer known

    def add(self, *some: dict[str, JSON]) -> None:
        """Put conversations there, or others in their place."""
        self.conversations |= {str(each["id"]): each for each in some}

    def __call__(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != "Bearer it":
            return Reply({"type": "error.list", "errors": [{"code": "unauthorized"}]}, status=401)
        if (asked.method, asked.path) == ("POST", "/conversations/search"):
            return self._search(json.loads(asked.body))
        if (asked.method, asked.path) == ("GET", "/me"):
            return Reply({"type": "admin", "id": "77", "app": {"type": "app", "id_code": "ab1", "region": self.region}})
        found = self.conversations.get(asked.path.removeprefix("/conversations/"))
        if asked.method != "GET" or found is None:
            return Reply({"type": "error.list", "errors": [{"code": "not_found"}]}, status=404)
        return Reply(found)

    def _search(self, question: dict[str, Any]) -> Reply:
        query, paging = question["query"], question["pagination"]
        fits = query["field"] == "updated_at" and query["operator"] == ">" and isinstance(query["value"], int)
        if not fits or question.keys() != {"query", "sort", "pagination"} or paging["per_page"] > 150:
            return Reply({"type": "error.list", "errors": [{"code": "parameter_invalid"}]}, status=400)
        after = paging.get("starting_after")
        if after is not None and self.forgotten:
            self.forgotten = False
            return Reply({"type": "error.list", "errors": [{"code": "parameter_invalid"}]}, status=400)
        later = [each for each in self.conversations.values() if int(str(each["updated_at"])) > query["value"]]
        later.sort(key=lambda each: int(str(each["updated_at"])))
        start = int(after or 0)
        shown = later[start : start + paging["per_page"]]
        listed = [{name: value for name, value in each.items() if name != "conversation_parts"} for each in shown]
        pages: dict[str, object] = {"type": "pages", "per_page": paging["per_page"]}
        if start + len(shown) < len(later):
            pages["next"] = {"starting_after": str(start + len(shown))}
        return Reply({"type": "conversation.list", "conversations": listed, "total_count": len(later), "pages": pages})


def messenger(conversations: int = 12) -> Intercom:
    """An Intercom with conversations that hold one customer's message, and the team's answer and note."""
    made = Intercom()
    for number in range(1, conversations + 1):
        at = BEGIN + HOUR * number
        answer, note = part(1, TEAM, at + 60), part(2, TEAM, at + 90, part_type="note")
        made.add(conversation(number, [answer, note]))
    return made
