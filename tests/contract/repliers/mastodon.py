"""A made-up Mastodon server with one status and our account."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import Any

from integrations.base import MessageRejected, TargetBusy
from integrations.counting import count
from integrations.replies import Counting, Place
from tests.contract.repliers.fake import NOW, WAIT, HttpFake, Peculiar, Refused, iso, json_of, query_of, route
from tests.recorded.web import Asked, Reply

TOKEN = "masto-very-secret"
AUTHOR = "player_with_a_name_of_30_signs@other.example"
LIMIT = 500


def _now() -> int:
    return int(datetime.now(UTC).timestamp())


@dataclass
class Platform(HttpFake):
    """Keeps what is sent under an Idempotency-Key, and knows whom a status calls."""

    secrets = {"MASTODON_ACCESS_TOKEN": TOKEN}
    wrong = {"MASTODON_ACCESS_TOKEN": "masto-wrong-secret"}
    place = Place(
        external_id="111",
        handle=AUTHOR,
        author_id=AUTHOR,
        text="The lamp flickers\nagain",
        raw={"status": {"visibility": "unlisted"}, "host": "lamps.example", "product": None},
        options={"instance": "lamps.example"},
    )
    idempotent = True
    peculiar = (
        Peculiar(
            name="too-long-says-why",
            reply=Reply({"error": "Validation failed: Text character limit of 500 exceeded"}, status=422),
            error=MessageRejected,
        ),
        Peculiar(name="no-reset", reply=Reply({"error": "Too many requests"}, status=429), error=TargetBusy),
    )

    post: dict[str, Any] | None = field(default_factory=lambda: status("111", "7", AUTHOR, "The lamp flickers\nagain"))
    replies: list[dict[str, Any]] = field(default_factory=list)
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)

    def held(self) -> list[str]:
        return [one["said"] for one in self.replies if one["account"]["id"] == "1"]

    def remove(self) -> None:
        self.post = None

    def change(self, text: str) -> bool:
        assert self.post is not None
        self.post.update(content=_html(text), edited_at=iso(NOW))
        return True

    def chatter(self, text: str) -> bool:
        self.replies.append(status("115", "8", "ben", text, parent="111"))
        return True

    def lets_in(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == f"Bearer {TOKEN}"

    def error(self, status: int, reason: str) -> Reply:
        return Reply({"error": reason}, status=status)

    def busy(self) -> Reply:
        reset = datetime.fromtimestamp(_now() + WAIT, UTC)
        return Reply({"error": "Too many requests"}, status=429, headers={"X-RateLimit-Reset": iso(reset)})

    @route("GET", "/api/v1/accounts/verify_credentials")
    def me(self, asked: Asked) -> Reply:
        return Reply({"id": "1", "acct": "studio"})

    @route("GET", r"/api/v1/statuses/(?P<name>\d+)")
    def show(self, asked: Asked, name: str) -> Reply:
        query_of(asked)
        if name != "111" or self.post is None:
            raise Refused(404, "Record not found")
        return Reply(self.post)

    @route("GET", r"/api/v1/statuses/(?P<name>\d+)/context")
    def context(self, asked: Asked, name: str) -> Reply:
        if name != "111" or self.post is None:
            raise Refused(404, "Record not found")
        deeper = status("190", "1", "studio", "An answer to somebody else", parent="150")
        return Reply({"ancestors": [], "descendants": [*self.replies, deeper]})

    @route("POST", "/api/v1/statuses")
    def publish(self, asked: Asked) -> Reply:
        body = json_of(asked, {"status", "in_reply_to_id", "visibility"})
        key = asked.headers.get("idempotency-key", "")
        if key in self.keys:
            return Reply(self.keys[key])
        if self.post is None or body["in_reply_to_id"] != "111":
            raise Refused(404, "The post you are trying to reply to does not appear to exist.")
        assert body["visibility"] == "unlisted"
        self._check(body["status"])
        made = status(str(120 + len(self.replies)), "1", "studio", body["status"], parent="111")
        self.replies.append(made)
        self.keys[key] = made
        return Reply(made)

    @route("PUT", r"/api/v1/statuses/(?P<name>\d+)")
    def edit(self, asked: Asked, name: str) -> Reply:
        text = json_of(asked, {"status"})["status"]
        self._check(text)
        found = self._ours(name)
        found.update(content=_html(text), said=text, edited_at=iso(NOW))
        return Reply(found)

    @route("DELETE", r"/api/v1/statuses/(?P<name>\d+)")
    def delete(self, asked: Asked, name: str) -> Reply:
        found = self._ours(name)
        self.replies.remove(found)
        return Reply(found)

    def _ours(self, name: str) -> dict[str, Any]:
        found = next((one for one in self.replies if one["id"] == name and one["account"]["id"] == "1"), None)
        if found is None:
            raise Refused(404, "Record not found")
        return found

    def _check(self, text: str) -> None:
        if count(text, Counting.LINKS_SHORT) > LIMIT:
            raise Refused(422, f"Validation failed: Text character limit of {LIMIT} exceeded")
        called = set(re.findall(r"(?<![=/\w])@([a-z0-9_]+(?:@[\w.-]+\w)?)", text, flags=re.IGNORECASE))
        assert called == {AUTHOR}, f"a status calls {called}"


def _html(text: str) -> str:
    links = re.sub(r"https?://(\S{1,30})\S*", r'<a href="\g<0>"><span class="ellipsis">\1</span></a>', escape(text))
    return "<p>" + links.replace("\n\n", "</p><p>").replace("\n", "<br />") + "</p>"


def status(name: str, account: str, acct: str, text: str, parent: str | None = None) -> dict[str, Any]:
    """A status as the API shows it; `said` is ours alone: its text without marks."""
    return {
        "id": name, "created_at": iso(NOW), "edited_at": None, "in_reply_to_id": parent, "visibility": "unlisted",
        "spoiler_text": "", "content": _html(text), "account": {"id": account, "acct": acct}, "said": text,
        "url": f"https://lamps.example/@{acct}/{name}",
    }  # fmt: skip
