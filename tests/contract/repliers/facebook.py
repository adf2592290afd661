"""A made-up Facebook Page with one comment of a visitor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from integrations.replies import Place
from tests.contract.repliers.fake import Refused, form_of, query_of, route
from tests.contract.repliers.graph import APP_SECRET, AT, TOKEN, GraphFake
from tests.recorded.web import Asked, Reply

PAGE, TOP, COMMENT = "111", "55_60", "55_66"
SHOWN = "id,message,from{id,name},created_time,permalink_url"


def _comment(name: str, author: str, text: str, below: str) -> dict[str, Any]:
    return {
        "id": name, "message": text, "from": {"id": author, "name": f"Name {author}"}, "created_time": AT,
        "permalink_url": f"https://www.facebook.com/{PAGE}/posts/55?comment_id={name}", "below": below,
    }  # fmt: skip


@dataclass
class Platform(GraphFake):
    """An answer to an answer stands beside it."""

    secrets = {"FACEBOOK_PAGE_TOKEN": TOKEN, "FACEBOOK_APP_SECRET": APP_SECRET}
    wrong = {"FACEBOOK_PAGE_TOKEN": "page-token-wrong-secret", "FACEBOOK_APP_SECRET": APP_SECRET}
    place = Place(
        external_id=COMMENT,
        thread_id="55",
        parent_id=TOP,
        kind="comment",
        author_id="91",
        text="The lamp flickers & smokes",
    )

    comments: list[dict[str, Any]] = field(
        default_factory=lambda: [
            _comment(TOP, "90", "Which lamp?", "55"),
            _comment(COMMENT, "91", "The lamp flickers & smokes", TOP),
            *(_comment(f"55_{70 + number}", "92", "Me too", TOP) for number in range(3)),
        ]
    )
    closed: bool = False

    def held(self) -> list[str]:
        return [one["message"] for one in self.comments if one["from"]["id"] == PAGE]

    def remove(self) -> None:
        self.comments.remove(self.named(COMMENT))

    def change(self, text: str) -> bool:
        self.named(COMMENT).update(message=text)
        return True

    def lock(self) -> bool:
        self.closed = True
        return True

    def chatter(self, text: str) -> bool:
        self.comments.append(_comment("55_99", "93", text, TOP))
        return True

    @route("GET", "/v26.0/me")
    def me(self, asked: Asked) -> Reply:
        assert query_of(asked, {"fields", "appsecret_proof"})["fields"] == "id,name"
        return Reply({"id": PAGE, "name": "Lamps Ltd"})

    @route("GET", r"/v26.0/(?P<name>[\d_]+)")
    def show(self, asked: Asked, name: str) -> Reply:
        assert query_of(asked, {"fields", "appsecret_proof"})["fields"] == "id,message,can_comment"
        return Reply({"id": name, "message": self.named(name)["message"], "can_comment": not self.closed})

    @route("GET", r"/v26.0/(?P<name>[\d_]+)/comments")
    def below(self, asked: Asked, name: str) -> Reply:
        asked_for = query_of(asked, {"fields", "order", "limit", "appsecret_proof"}, {"after"})
        assert asked_for["fields"] == SHOWN
        self.named(name)
        return self.page(asked, [one for one in reversed(self.comments) if one["below"] == name])

    @route("POST", r"/v26.0/(?P<name>[\d_]+)/comments")
    def create(self, asked: Asked, name: str) -> Reply:
        said = form_of(asked, {"message", "fields", "appsecret_proof"})
        assert (name, said["fields"]) == (COMMENT, "id,permalink_url")
        self.named(name)
        if self.closed:
            raise Refused(403, "Comments are not allowed there")
        self._check(said["message"])
        made = _comment(f"55_{200 + len(self.comments)}", PAGE, said["message"], TOP)
        self.comments.append(made)
        return Reply({"id": made["id"], "permalink_url": made["permalink_url"]})

    @route("POST", r"/v26.0/(?P<name>[\d_]+)")
    def edit(self, asked: Asked, name: str) -> Reply:
        text = form_of(asked, {"message", "appsecret_proof"})["message"]
        self._check(text)
        self.named(name).update(message=text)
        return Reply({"success": True})

    @route("DELETE", r"/v26.0/(?P<name>[\d_]+)")
    def delete(self, asked: Asked, name: str) -> Reply:
        self.comments.remove(self.named(name))
        return Reply({"success": True})

    def _check(self, text: str) -> None:
        if len(text) > 8000:
            raise Refused(400, "The comment is too long")
        assert "@[" not in text, "a comment calls somebody"
