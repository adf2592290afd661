"""Telegram's getUpdates, as strict as the real one: it forgets what is before the number that is asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from collectors.base import JSON
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Asked, Reply

KEYS = {"TELEGRAM_BOT_TOKEN": "123456:AAAA-bbbb"}
FIRST = 632_000_000


def update(number: int, held_in: str = "message", **changed: JSON) -> dict[str, JSON]:
    """One update; its number grows."""
    message: dict[str, JSON] = {
        "message_id": 100 + number, "date": BEGIN + 60 * number, "text": f"The lamp {number} flickers",
        "chat": {"id": -1001234567890, "type": "supergroup", "title": "Lamps", "username": "LampForum"},
        "from": {"id": 50 + number, "is_bot": False, "first_name": "Ana", "last_name": "B", "username": f"p{number}",
                 "language_code": "pt"},
        **changed,
    }  # fmt: skip
    return {"update_id": FIRST + number, held_in: message}


@dataclass
class Telegram:
    """The updates that one bot has not fetched yet."""

    updates: list[dict[str, JSON]]
    me: dict[str, JSON] = field(default_factory=lambda: {"can_join_groups": True, "can_read_all_group_messages": False})
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        if asked.path == f"/bot{KEYS['TELEGRAM_BOT_TOKEN']}/getMe":
            return Reply({"ok": True, "result": {"id": 1, "is_bot": True, **self.me}})
        if asked.path != f"/bot{KEYS['TELEGRAM_BOT_TOKEN']}/getUpdates":
            return Reply({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401)
        limit, offset = int(asked.query["limit"]), int(asked.query.get("offset", "0"))
        wanted = json.loads(asked.query["allowed_updates"])
        if not set(asked.query) <= {"offset", "limit", "timeout", "allowed_updates"} or not 1 <= limit <= 100:
            return Reply({"ok": False, "error_code": 400, "description": "Bad Request"}, 400)
        self.updates = [one for one in self.updates if int(str(one["update_id"])) >= offset]
        due = [one for one in self.updates if set(wanted) & set(one)]
        return Reply({"ok": True, "result": due[:limit]})
