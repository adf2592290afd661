"""A made-up Instagram account with one answer below a comment, which is answered in the same list."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from integrations.replies import Place
from tests.contract.repliers.fake import Refused, form_of, query_of, route
from tests.contract.repliers.graph import APP_SECRET, AT, TOKEN, GraphFake
from tests.recorded.web import Asked, Reply

TOP, COMMENT, US = "1790", "1791", "lamps.studio"
AUTHOR = "ana_with_a_name_of_thirty_sign"


def _comment(name: str, author: str, text: str) -> dict[str, Any]:
    return {"id": name, "text": text, "timestamp": AT, "username": author}


@dataclass
class Platform(GraphFake):
    """One list of answers below one comment."""

    secrets = {"INSTAGRAM_TOKEN": TOKEN, "FACEBOOK_APP_SECRET": APP_SECRET}
    wrong = {"INSTAGRAM_TOKEN": "page-token-wrong-secret", "FACEBOOK_APP_SECRET": APP_SECRET}
    place = Place(
        external_id=COMMENT,
        url="https://www.instagram.com/p/abc/",
        thread_id="1780",
        parent_id=TOP,
        kind="comment",
        handle=AUTHOR,
        text="The lamp flickers",
        options={"account": "17841400000000001"},
    )

    comments: list[dict[str, Any]] = field(
        default_factory=lambda: [
            _comment(COMMENT, AUTHOR, "The lamp flickers"),
            _comment("1792", "ben", "Mine too"),
            _comment("1793", US, "@ben Thank you, Ben."),  # ours, but for somebody else
        ]
    )
    closed: bool = False

    def held(self) -> list[str]:
        return [one["text"] for one in self.comments if one["username"] == US and one["id"] != "1793"]

    def remove(self) -> None:
        self.comments.remove(self.named(COMMENT))

    def lock(self) -> bool:
        self.closed = True
        return True

    def chatter(self, text: str) -> bool:
        self.comments.append(_comment("1799", "cleo", f"@{AUTHOR} {text}"))
        return True

    @route("GET", "/v26.0/me")
    def me(self, asked: Asked) -> Reply:
        wanted = query_of(asked, {"fields", "appsecret_proof"})["fields"]
        assert wanted == "id,instagram_business_account{id,username}"
        return Reply({"id": "111", "instagram_business_account": {"id": "17841400000000001", "username": US}})

    @route("GET", r"/v26.0/(?P<name>\d+)")
    def show(self, asked: Asked, name: str) -> Reply:
        wanted = query_of(asked, {"fields", "appsecret_proof"})["fields"]
        assert wanted == "id,text,media{id,is_comment_enabled}"
        media = {"id": "1780", "is_comment_enabled": not self.closed}
        return Reply({"id": name, "text": self.named(name)["text"], "media": media})

    @route("GET", r"/v26.0/(?P<name>\d+)/replies")
    def below(self, asked: Asked, name: str) -> Reply:
        query_of(asked, {"fields", "limit", "appsecret_proof"}, {"after"})
        assert name == TOP
        return self.page(asked, self.comments)

    @route("POST", r"/v26.0/(?P<name>\d+)/replies")
    def create(self, asked: Asked, name: str) -> Reply:
        text = form_of(asked, {"message", "appsecret_proof"})["message"]
        assert self.named(name)["id"] == COMMENT
        if self.closed:
            raise Refused(403, "Comments are disabled")
        if len(text) > 300:
            raise Refused(400, "The comment is too long")
        called = set(re.findall(r"(?<![\w/])@([\w.]*\w)", text))
        assert called == {AUTHOR}, f"a reply calls {called}"
        made = _comment(str(1800 + len(self.comments)), US, text)
        self.comments.append(made)
        return Reply({"id": made["id"]})

    @route("DELETE", r"/v26.0/(?P<name>\d+)")
    def delete(self, asked: Asked, name: str) -> Reply:
        self.comments.remove(self.named(name))
        return Reply({"success": True})
