"""A made-up Telegram with one group, and a bot in it that can read nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar

from integrations.base import MessageRejected, TargetRefused
from integrations.counting import count
from integrations.replies import Counting, Place
from tests.contract.repliers.fake import NOW, WAIT, HttpFake, Peculiar, Refused, checked, json_of, route
from tests.recorded.web import Asked, Reply

TOKEN = "4242:bot-very-secret"
CHAT, POST = -1001234, 7


def refusal(status: int, description: str) -> Reply:
    """How Telegram refuses."""
    return Reply({"ok": False, "error_code": status, "description": description}, status=status)


@dataclass
class Platform(HttpFake):
    """One group. What was said in it is for people."""

    secrets = {"TELEGRAM_BOT_TOKEN": TOKEN}
    wrong = {"TELEGRAM_BOT_TOKEN": "4242:bot-wrong-secret"}
    place = Place(
        external_id=f"{CHAT}/{POST}",
        url=f"https://t.me/lampforum/{POST}",
        kind="message",
        author_id="51",
        handle="ana",
        text="The lamp flickers",
    )
    blind: ClassVar[bool] = True
    peculiar = (
        Peculiar(
            name="migrated",
            reply=refusal(400, "Bad Request: group chat was upgraded to a supergroup chat"),
            error=MessageRejected,
        ),
        Peculiar(name="blocked", reply=refusal(403, "Forbidden: bot was blocked by the user"), error=MessageRejected),
        Peculiar(name="no-bot", reply=refusal(404, "Not Found"), error=TargetRefused),
    )

    there: bool = True
    messages: dict[int, str] = field(default_factory=dict)
    status: str = "member"

    def held(self) -> list[str]:
        return [text.replace("\N{WORD JOINER}", "") for text in self.messages.values()]

    def remove(self) -> None:
        self.there = False

    def lock(self) -> bool:
        self.status = "kicked"
        return True

    def lets_in(self, asked: Asked) -> bool:
        return asked.path.startswith(f"/bot{TOKEN}/")

    def is_write(self, asked: Asked) -> bool:
        return "/get" not in asked.path

    def error(self, status: int, reason: str) -> Reply:
        return refusal(status, reason)

    def busy(self) -> Reply:
        body = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": WAIT}}
        return Reply(body, status=429)

    @route("POST", f"/bot{TOKEN}/getMe")
    def me(self, asked: Asked) -> Reply:
        return Reply({"ok": True, "result": {"id": 4242, "is_bot": True, "username": "lampbot"}})

    @route("POST", f"/bot{TOKEN}/getChatMember")
    def member(self, asked: Asked) -> Reply:
        assert json_of(asked, {"chat_id", "user_id"}) == {"chat_id": CHAT, "user_id": 4242}
        return Reply({"ok": True, "result": {"status": self.status, "user": {"id": 4242}}})

    @route("POST", f"/bot{TOKEN}/sendMessage")
    def send(self, asked: Asked) -> Reply:
        body = json_of(asked, {"chat_id", "text", "reply_parameters"})
        parameters = checked(body["reply_parameters"], {"message_id", "allow_sending_without_reply"})
        assert (body["chat_id"], parameters["message_id"]) == (CHAT, POST)
        if self.status == "kicked":
            raise Refused(403, "Forbidden: bot was kicked from the supergroup chat")
        if not self.there:
            raise Refused(400, "Bad Request: message to be replied not found")
        self._check(body["text"])
        name = 100 + len(self.messages)
        self.messages[name] = body["text"]
        return self._shown(name)

    @route("POST", f"/bot{TOKEN}/editMessageText")
    def edit(self, asked: Asked) -> Reply:
        body = json_of(asked, {"chat_id", "message_id", "text"})
        assert body["chat_id"] == CHAT
        if self.messages.get(body["message_id"]) == body["text"]:
            raise Refused(400, "Bad Request: message is not modified")
        self._check(body["text"])
        self.messages[body["message_id"]] = body["text"]
        return self._shown(body["message_id"])

    @route("POST", f"/bot{TOKEN}/deleteMessage")
    def delete(self, asked: Asked) -> Reply:
        body = json_of(asked, {"chat_id", "message_id"})
        if self.messages.pop(body["message_id"], None) is None:
            raise Refused(400, "Bad Request: message to delete not found")
        return Reply({"ok": True, "result": True})

    def _shown(self, name: int) -> Reply:
        shown = {"message_id": name, "date": int(NOW.timestamp()), "chat": {"id": CHAT}, "text": self.messages[name]}
        return Reply({"ok": True, "result": shown})

    def _check(self, text: str) -> None:
        if count(text, Counting.UTF16) > 4096:
            raise Refused(400, "Bad Request: message is too long")
        called = re.findall(r"(?<![\w/])@\w+", text)
        assert not called, f"a message calls {called}"
