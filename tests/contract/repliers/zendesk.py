"""A made-up Zendesk with one ticket, and two of its comments on a page."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from integrations.answers import from_html
from integrations.base import JSON, MessageRejected, TargetBusy
from integrations.replies import Place
from tests.contract.repliers.fake import NOW, HttpFake, Peculiar, Refused, checked, iso, json_of, query_of, route
from tests.recorded.web import Asked, Reply
from tests.recorded.zendesk import comment

AGENT, OTHER, CUSTOMER = 7, 8, 101
TICKET = "/api/v2/tickets/1"
_SIGNED = "Basic " + b64encode(b"agent@lamps.example/token:zendesk-token").decode()
_CLOSED: JSON = {
    "error": "RecordInvalid", "description": "Record validation errors",
    "details": {"status": [{"description": "Status: closed prevents ticket update"}]},
}  # fmt: skip


@dataclass
class Platform(HttpFake):
    """The ticket, its comments and its audits."""

    by_key = True
    peculiar = (
        Peculiar(name="conflict", reply=Reply({"error": "DatabaseConflict"}, status=409), error=TargetBusy,
                 retry_after=30.0),
        Peculiar(name="closed", reply=Reply(_CLOSED, status=422), error=MessageRejected),
    )  # fmt: skip

    status: str = "open"
    there: bool = True
    comments: list[dict[str, Any]] = field(default_factory=list)
    audits: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.secrets = {"ZENDESK_EMAIL": "agent@lamps.example", "ZENDESK_API_TOKEN": "zendesk-token"}
        self.wrong = {**self.secrets, "ZENDESK_API_TOKEN": "guessed-token"}
        self.place = Place(external_id="1", text="The lamp flickers", options={"subdomain": "lamps"}, kind="message")
        self.say("The lamp flickers", CUSTOMER)
        self.say("Which lamp?", OTHER)
        self.say("He is impatient", OTHER, public=False)

    def say(self, text: str, author: int, *, public: bool = True, custom: JSON = None) -> dict[str, Any]:
        """A comment, and the audit that it came with."""
        number = 1000 + len(self.comments)
        said = {**comment(number, author, 0, public=public, created_at=iso(NOW)), "body": text, "plain_body": text}
        self.comments.append(said)
        audit = {"id": number + 5000, "author_id": author, "events": [{"type": "Create", "id": 1}, said]}
        self.audits.append({**audit, "metadata": {"system": {}, "custom": custom or {}}})
        return self.audits[-1]

    def lets_in(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == _SIGNED

    def error(self, status: int, reason: str) -> Reply:
        return Reply({"error": "Refused", "description": reason}, status=status)

    def held(self) -> list[str]:
        return [one["body"] for one in self.comments if one["author_id"] == AGENT]

    def remove(self) -> None:
        self.there = False

    def lock(self) -> bool:
        self.status = "closed"
        return True

    def chatter(self, text: str) -> bool:
        self.say(text, OTHER)
        return True

    @route("GET", r"/api/v2/users/me\.json")
    def me(self, asked: Asked) -> Reply:
        """Whose token it is."""
        query_of(asked)
        return Reply({"user": {"id": AGENT, "name": "Lamp Agent", "role": "agent"}})

    @route("GET", rf"{TICKET}\.json")
    def ticket(self, asked: Asked) -> Reply:
        """The ticket."""
        query_of(asked)
        self.known()
        return Reply({"ticket": {"id": 1, "subject": "Lamp", "status": self.status}})

    @route("GET", rf"{TICKET}/(?P<what>comments|audits)\.json")
    def listed(self, asked: Asked, what: str) -> Reply:
        """Comments or audits, two a page."""
        query = query_of(asked, {"page[size]"}, {"page[after]"})
        self.known()
        items = self.comments if what == "comments" else self.audits
        start = int(query.get("page[after]", "0"))
        meta = {"has_more": start + 2 < len(items), "after_cursor": str(start + 2)}
        return Reply({what: items[start : start + 2], "meta": meta})

    @route("PUT", rf"{TICKET}\.json")
    def update(self, asked: Asked) -> Reply:
        """A change of the ticket, with a comment."""
        ticket = checked(json_of(asked, {"ticket"})["ticket"], {"comment", "metadata"})
        said = checked(ticket["comment"], {"html_body", "public"})
        self.known()
        if self.status == "closed":
            return Reply(_CLOSED, status=422)
        text = from_html(said["html_body"])
        if said["public"] is not True or not text.strip() or len(text.encode()) > 65_535:
            raise Refused(422, "Comment: is too long or empty")
        if re.search(r"<(?!/?p>|br>)", said["html_body"]):
            raise Refused(422, "Comment: has markup that nobody meant")
        audit = self.say(text, AGENT, custom=ticket["metadata"])
        return Reply({"ticket": {"id": 1, "status": self.status}, "audit": audit})

    def known(self) -> None:
        """The ticket is there."""
        if not self.there:
            raise Refused(404, "RecordNotFound")
