"""A small Discord, as strict as the real one about tokens and parameters: channels, threads, messages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from collectors.base import JSON
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Asked, Reply

KEYS = {"DISCORD_BOT_TOKEN": "bot.token"}
GUILD, CHANNEL, FORUM = "700", "800", "801"


def message(number: int, channel: str = CHANNEL, **changed: JSON) -> dict[str, JSON]:
    """One message as the API shows it; its id grows with its number."""
    return {
        "id": str(9_000_000 + number), "channel_id": channel, "type": 0, "content": f"The lamp {number} flickers",
        "author": {"id": str(50 + number), "username": f"player_{number}", "global_name": "Ana"},
        "timestamp": datetime.fromtimestamp(BEGIN + 60 * number, UTC).isoformat(), "edited_timestamp": None,
        "attachments": [], "embeds": [], "mentions": [], "reactions": [{"count": 2}, {"count": 3}], **changed,
    }  # fmt: skip


@dataclass
class Discord:
    """One server with a text channel and a forum; `threads` maps ids to (forum or channel, name)."""

    messages: list[dict[str, JSON]]
    threads: dict[str, tuple[str, str]] = field(default_factory=dict)
    flags: int = 1 << 19  # of the application: it may read what is said
    left: str = "4"  # X-RateLimit-Remaining
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        if asked.headers.get("authorization") != "Bot bot.token" or not asked.headers["user-agent"].startswith("Disc"):
            return Reply({"message": "401: Unauthorized", "code": 0}, 401)
        path = asked.path.removeprefix("/api/v10")
        if path == "/applications/@me":
            return Reply({"id": "9", "name": "Ear", "flags": self.flags})
        channel = re.fullmatch(r"/channels/(\d+)(/messages)?", path)
        if channel and channel[2]:
            return self._list(asked, channel[1])
        if channel:
            info = self._infos().get(channel[1])
            return Reply(info) if info else Reply({"message": "Unknown Channel", "code": 10003}, 404)
        if path == f"/guilds/{GUILD}/threads/active":
            return Reply({"threads": [info for info in self._infos().values() if info["type"] == 11], "members": []})
        return Reply({"message": "404: Not Found", "code": 0}, 404)

    def _infos(self) -> dict[str, dict[str, JSON]]:
        threads: dict[str, dict[str, JSON]] = {
            name: {"id": name, "type": 11, "guild_id": GUILD, "parent_id": parent, "name": title}
            for name, (parent, title) in self.threads.items()
        }
        channel: dict[str, JSON] = {"id": CHANNEL, "type": 0, "guild_id": GUILD, "name": "general"}
        return {CHANNEL: channel, FORUM: {"id": FORUM, "type": 15, "guild_id": GUILD, "name": "bugs"}, **threads}

    def _list(self, asked: Asked, channel: str) -> Reply:
        """The newest before a message, or the next after one, always shown newest first."""
        if channel not in self._infos():
            return Reply({"message": "Missing Access", "code": 50001}, 403)
        query, limit = asked.query, int(asked.query["limit"])
        if not set(query) <= {"limit", "before", "after"} or len(query) > 2 or not 1 <= limit <= 100:
            return Reply({"message": "Invalid Form Body", "code": 50035}, 400)
        low, high = int(query.get("after", "0")), int(query.get("before", str(2**63)))
        within = [one for one in self.messages if one["channel_id"] == channel and low < int(str(one["id"])) < high]
        within.sort(key=lambda one: int(str(one["id"])))
        shown = within[:limit] if low else within[-limit:]
        headers = {"X-RateLimit-Remaining": self.left, "X-RateLimit-Reset-After": "0.75"}
        return Reply(shown[::-1], headers=headers)
