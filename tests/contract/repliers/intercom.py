"""A made-up Intercom with one conversation."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from integrations.base import JSON, TargetBusy
from integrations.replies import Place
from tests.contract.repliers.fake import NOW, HttpFake, Peculiar, Refused, json_of, query_of, route
from tests.recorded.intercom import TEAM, conversation, part
from tests.recorded.web import Asked, Reply

_ME: dict[str, JSON] = {"type": "admin", "id": "78", "name": "Lamp Team", "email": "answers@lamps.example"}


def said(status: int, code: str, **headers: str) -> Reply:
    """An error as Intercom writes it."""
    errors = [{"code": code, "message": f"It is {code}."}]
    return Reply({"type": "error.list", "errors": errors}, status=status, headers=headers)


@dataclass
class Platform(HttpFake):
    """A conversation, its answers, and whose token it is."""

    peculiar = (Peculiar(name="busy-without-time", reply=said(429, "rate_limit_exceeded"), error=TargetBusy,
                         retry_after=60.0),)  # fmt: skip

    text: str | None = "The lamp 1 <b>flickers</b>"
    parts: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.secrets, self.wrong = {"INTERCOM_ACCESS_TOKEN": "inter-token"}, {"INTERCOM_ACCESS_TOKEN": "guessed-token"}
        self.place = Place(external_id="1", text="The lamp 1 flickers", kind="message")
        self.say("<p>Which lamp?</p>", TEAM)
        self.parts.append(part(2, _ME, int(NOW.timestamp()), part_type="note", body="<p>He is impatient</p>"))

    def say(self, body: str, author: dict[str, JSON]) -> None:
        """A part of the conversation."""
        self.parts.append(part(len(self.parts) + 1, author, int(NOW.timestamp()), body=body))

    def lets_in(self, asked: Asked) -> bool:
        told = (asked.headers.get("authorization"), asked.headers.get("intercom-version"))
        return told == ("Bearer inter-token", "2.11")

    def error(self, status: int, reason: str) -> Reply:
        return said(status, reason)

    def held(self) -> list[str]:
        ours = [one for one in self.parts if one["author"] == _ME and one["part_type"] == "comment"]
        return [one["body"] for one in ours if not one["redacted"]]

    def remove(self) -> None:
        self.text = None

    def change(self, text: str) -> bool:
        self.text = text
        return True

    def chatter(self, text: str) -> bool:
        self.say(f"<p>{text}</p>", TEAM)
        return True

    @route("GET", "/me")
    def me(self, asked: Asked) -> Reply:
        """Whose token it is."""
        query_of(asked)
        return Reply({**_ME, "app": {"id_code": "lamps"}})

    @route("GET", "/conversations/1")
    def shown(self, asked: Asked) -> Reply:
        """The conversation."""
        query_of(asked, set(), {"display_as"})
        return Reply(self.whole())

    @route("POST", "/conversations/1/reply")
    def reply(self, asked: Asked) -> Reply:
        """An answer of the team."""
        body = json_of(asked, {"message_type", "type", "admin_id", "body"})
        if (body["message_type"], body["type"], body["admin_id"]) != ("comment", "admin", "78"):
            raise Refused(400, "parameter_invalid")
        if not isinstance(body["body"], str) or re.search(r"<(?!/?p>|br>)", body["body"]):
            raise Refused(400, "parameter_invalid")
        self.whole()
        self.say(body["body"], _ME)
        return Reply(self.whole())

    @route("POST", "/conversations/redact")
    def redact(self, asked: Asked) -> Reply:
        """Take the words of a part out."""
        body = json_of(asked, {"type", "conversation_id", "conversation_part_id"})
        found = [one for one in self.parts if one["id"] == body["conversation_part_id"] and not one["redacted"]]
        if not found or (body["type"], body["conversation_id"]) != ("conversation_part", "1"):
            raise Refused(404, "conversation_part_or_message_not_found")
        found[0] |= {"body": "<p><i>This message was deleted</i></p>", "redacted": True}
        return Reply(self.whole())

    def whole(self) -> dict[str, JSON]:
        """The conversation as it is shown."""
        if self.text is None:
            raise Refused(404, "not_found")
        made = conversation(1, self.parts)
        source = made["source"]
        assert isinstance(source, dict)
        return {**made, "source": {**source, "body": f"<p>{self.text}</p>"}}
