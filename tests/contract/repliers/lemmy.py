"""A made-up Lemmy server with one comment that can be answered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar

from integrations.base import MessageRejected, TargetBusy, TargetRefused
from integrations.replies import Place
from tests.contract.repliers.fake import NOW, HttpFake, On, Peculiar, Refused, iso, json_of, query_of, route
from tests.recorded.web import Asked, Reply

USER, PASSWORD, TOKEN = "crew", "password-very-secret", "jwt-very-secret"
POST, COMMENT, US, AUTHOR = 7, 70, 9, 51


def refusal(code: str) -> Reply:
    """How Lemmy refuses: with a name, and mostly with one status."""
    return Reply({"error": code}, status=400)


@dataclass
class Platform(HttpFake):
    """One thread; comments are known by paths."""

    secrets = {"LEMMY_USERNAME": USER, "LEMMY_PASSWORD": PASSWORD}
    wrong = {"LEMMY_USERNAME": USER, "LEMMY_PASSWORD": "password-wrong-secret"}
    place = Place(
        external_id=f"comment-{COMMENT}",
        thread_id=f"post-{POST}",
        kind="comment",
        handle="ana@other.example",
        text="The lamp *flickers*",
        options={"instance": "lemmy.example"},
    )
    waits: ClassVar[float | None] = None  # it does not say how long
    peculiar = (
        Peculiar(name="banned", reply=refusal("site_ban"), error=TargetRefused),
        Peculiar(name="slurs", reply=refusal("slurs"), error=MessageRejected),
        Peculiar(name="signed-out", reply=refusal("not_logged_in"), error=TargetRefused, on=On.READ),
        Peculiar(name="limit", reply=refusal("rate_limit_error"), error=TargetBusy, on=On.READ),
    )

    comments: list[dict[str, Any]] = field(
        default_factory=lambda: [
            _comment(COMMENT, AUTHOR, f"0.{COMMENT}", "The lamp *flickers*"),
            *(_comment(100 + number, 60, f"0.{COMMENT}.{100 + number}", "Mine too") for number in range(60)),
        ]
    )
    locked: bool = False

    def held(self) -> list[str]:
        return [one["content"] for one in self.comments if one["creator"] == US and not one["deleted"]]

    def remove(self) -> None:
        self.comments[0]["deleted"] = True

    def change(self, text: str) -> bool:
        self.comments[0].update(content=text, updated=iso(NOW))
        return True

    def lock(self) -> bool:
        self.locked = True
        return True

    def chatter(self, text: str) -> bool:
        self.comments.append(_comment(199, 61, f"0.{COMMENT}.199", text))
        return True

    def lets_in(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == f"Bearer {TOKEN}"

    def is_sign_in(self, asked: Asked) -> bool:
        return asked.path == "/api/v3/user/login"

    def error(self, status: int, reason: str) -> Reply:
        return Reply({"error": reason}, status=status)

    def busy(self) -> Reply:
        return refusal("rate_limit_error")

    @route("POST", "/api/v3/user/login")
    def sign_in(self, asked: Asked) -> Reply:
        if json_of(asked, {"username_or_email", "password"}) != {"username_or_email": USER, "password": PASSWORD}:
            raise Refused(401, "incorrect_login")
        return Reply({"jwt": TOKEN, "registration_created": False, "verify_email_sent": False})

    @route("GET", "/api/v3/site")
    def site(self, asked: Asked) -> Reply:
        return Reply({"my_user": {"local_user_view": {"person": {"id": US, "name": "lamp_crew"}}}})

    @route("GET", "/api/v3/comment")
    def show(self, asked: Asked) -> Reply:
        assert query_of(asked, {"id"}) == {"id": str(COMMENT)}
        return Reply({"comment_view": self._view(self.comments[0])})

    @route("GET", "/api/v3/comment/list")
    def list(self, asked: Asked) -> Reply:
        where = query_of(asked, {"post_id", "parent_id", "type_", "sort", "limit", "max_depth", "page"})
        assert (where["post_id"], where["parent_id"], where["max_depth"]) == (str(POST), str(COMMENT), "1")
        size, page = int(where["limit"]), int(where["page"])
        listed = [self._view(one) for one in reversed(self.comments)][(page - 1) * size : page * size]
        return Reply({"comments": listed})

    @route("POST", "/api/v3/comment")
    def create(self, asked: Asked) -> Reply:
        body = json_of(asked, {"content", "post_id", "parent_id"})
        assert (body["post_id"], body["parent_id"]) == (POST, COMMENT)
        if self.locked:
            return refusal("locked")
        self._check(body["content"])
        number = 200 + len(self.comments)
        made = _comment(number, US, f"0.{COMMENT}.{number}", body["content"])
        self.comments.append(made)
        return Reply({"comment_view": self._view(made), "recipient_ids": []})

    @route("PUT", "/api/v3/comment")
    def edit(self, asked: Asked) -> Reply:
        body = json_of(asked, {"comment_id", "content"})
        self._check(body["content"])
        found = self._ours(body["comment_id"])
        found.update(content=body["content"], updated=iso(NOW))
        return Reply({"comment_view": self._view(found), "recipient_ids": []})

    @route("POST", "/api/v3/comment/delete")
    def delete(self, asked: Asked) -> Reply:
        body = json_of(asked, {"comment_id", "deleted"})
        found = self._ours(body["comment_id"])
        found["deleted"] = body["deleted"]
        return Reply({"comment_view": self._view(found), "recipient_ids": []})

    def _ours(self, number: int) -> dict[str, Any]:
        return next(one for one in self.comments if one["id"] == number and one["creator"] == US)

    def _view(self, comment: dict[str, Any]) -> dict[str, Any]:
        creator = {"id": comment["creator"], "name": f"user{comment['creator']}"}
        return {"comment": comment, "creator": creator, "post": {"id": POST, "name": "Lamps", "locked": self.locked}}

    def _check(self, text: str) -> None:
        if len(text) > 10_000:
            raise Refused(400, "invalid_body_field")
        called = re.findall(r"@[\w.]+@[\w.:-]+", text)
        assert not called, f"a comment calls {called}"


def _comment(number: int, creator: int, path: str, text: str) -> dict[str, Any]:
    return {
        "id": number, "creator": creator, "post_id": POST, "content": text, "published": iso(NOW), "path": path,
        "deleted": False, "removed": False, "ap_id": f"https://lemmy.example/comment/{number}",
    }  # fmt: skip
