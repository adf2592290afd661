"""A made-up Discord with one thread of a forum and our bot in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from integrations.base import MessageRejected, TargetBusy
from integrations.replies import Place
from tests.contract.repliers.fake import NOW, WAIT, HttpFake, Peculiar, Refused, checked, iso, json_of, query_of, route
from tests.recorded.web import Asked, Reply

TOKEN = "bot-very-secret"
THREAD, POST, US = "900", "1000", "42"


@dataclass
class Platform(HttpFake):
    """Messages with numbers that grow; one nonce makes one message."""

    secrets = {"DISCORD_BOT_TOKEN": TOKEN}
    wrong = {"DISCORD_BOT_TOKEN": "bot-wrong-secret"}
    place = Place(
        external_id=f"{THREAD}/{POST}",
        url=f"https://discord.com/channels/7/{THREAD}/{POST}",
        thread_id=THREAD,
        kind="message",
        author_id="51",
        handle="ana",
        text="The lamp **flickers**",
    )
    idempotent = True
    peculiar = (
        Peculiar(
            name="moderated",
            reply=Reply({"code": 200000, "message": "Message was blocked by automatic moderation"}, status=400),
            error=MessageRejected,
        ),
        Peculiar(
            name="no-history",
            reply=Reply({"code": 160002, "message": "Cannot reply without permission to read history"}, status=403),
            error=MessageRejected,
        ),
        Peculiar(
            name="wait-in-a-header",
            reply=Reply("slow down", status=429, headers={"Retry-After": "2.5"}),
            error=TargetBusy,
            retry_after=2.5,
        ),
    )

    messages: list[dict[str, Any]] = field(
        default_factory=lambda: [
            _message(POST, "51", "The lamp **flickers**"),
            # so many words of others stand between the post and ours that one page does not hold them
            *(_message(str(1001 + number), "53", "Hello") for number in range(120)),
        ]
    )
    nonces: dict[str, dict[str, Any]] = field(default_factory=dict)
    locked: bool = False

    def held(self) -> list[str]:
        return [one["content"] for one in self.messages if one["author"]["id"] == US]

    def remove(self) -> None:
        del self.messages[0]

    def change(self, text: str) -> bool:
        self.messages[0].update(content=text, edited_timestamp=iso(NOW))
        return True

    def lock(self) -> bool:
        self.locked = True
        return True

    def chatter(self, text: str) -> bool:
        self._add("52", text)
        return True

    def lets_in(self, asked: Asked) -> bool:
        agent = asked.headers.get("user-agent", "")
        return asked.headers.get("authorization") == f"Bot {TOKEN}" and agent.startswith("DiscordBot (")

    def error(self, status: int, reason: str) -> Reply:
        return Reply({"message": reason, "code": 10_008 if status == 404 else 0}, status=status)

    def busy(self) -> Reply:
        body = {"message": "You are being rate limited.", "retry_after": WAIT, "global": False}
        return Reply(body, status=429)

    @route("GET", "/api/v10/users/@me")
    def me(self, asked: Asked) -> Reply:
        return Reply({"id": US, "username": "studio-bot"})

    @route("GET", f"/api/v10/channels/{THREAD}")
    def channel(self, asked: Asked) -> Reply:
        return Reply({"id": THREAD, "type": 11, "thread_metadata": {"locked": self.locked, "archived": False}})

    @route("GET", f"/api/v10/channels/{THREAD}/messages")
    def list(self, asked: Asked) -> Reply:
        where = query_of(asked, {"after", "limit"})
        later = [one for one in self.messages if int(one["id"]) > int(where["after"])]
        return Reply(later[: int(where["limit"])][::-1])

    @route("GET", rf"/api/v10/channels/{THREAD}/messages/(?P<name>\d+)")
    def show(self, asked: Asked, name: str) -> Reply:
        return Reply(self._find(name))

    @route("POST", f"/api/v10/channels/{THREAD}/messages")
    def create(self, asked: Asked) -> Reply:
        body = json_of(asked, {"content", "message_reference", "allowed_mentions", "nonce", "enforce_nonce"})
        reference = checked(body["message_reference"], {"message_id", "fail_if_not_exists"})
        self._check(body)
        assert len(body["nonce"]) <= 25
        assert body["enforce_nonce"] is True
        if self.locked:
            return Reply({"message": "Thread is locked", "code": 160_005}, status=400)
        if not any(one["id"] == reference["message_id"] for one in self.messages):
            return Reply({"message": "Invalid Form Body", "code": 50_035}, status=400)
        if body["nonce"] not in self.nonces:
            self.nonces[body["nonce"]] = self._add(US, body["content"])
        return Reply(self.nonces[body["nonce"]])

    @route("PATCH", rf"/api/v10/channels/{THREAD}/messages/(?P<name>\d+)")
    def edit(self, asked: Asked, name: str) -> Reply:
        body = json_of(asked, {"content", "allowed_mentions"})
        self._check(body)
        found = self._find(name)
        found.update(content=body["content"].strip(), edited_timestamp=iso(NOW))
        return Reply(found)

    @route("DELETE", rf"/api/v10/channels/{THREAD}/messages/(?P<name>\d+)")
    def delete(self, asked: Asked, name: str) -> Reply:
        self.messages.remove(self._find(name))
        return Reply(b"", status=204)

    def _find(self, name: str) -> dict[str, Any]:
        found = next((one for one in self.messages if one["id"] == name), None)
        if found is None:
            raise Refused(404, "Unknown Message")
        return found

    def _add(self, author: str, text: str) -> dict[str, Any]:
        made = _message(str(2000 + len(self.messages)), author, text.strip())
        made["message_reference"] = {"message_id": POST, "channel_id": THREAD, "guild_id": "7"}
        self.messages.append(made)
        return made

    def _check(self, body: dict[str, Any]) -> None:
        assert body["allowed_mentions"] == {"parse": [], "replied_user": True}
        if not 0 < len(body["content"]) <= 2000:
            raise Refused(400, "Must be 2000 or fewer in length.")


def _message(name: str, author: str, text: str) -> dict[str, Any]:
    return {
        "id": name, "type": 0, "channel_id": THREAD, "content": text, "timestamp": iso(NOW), "edited_timestamp": None,
        "author": {"id": author, "username": f"user{author}"}, "mentions": [],
    }  # fmt: skip
