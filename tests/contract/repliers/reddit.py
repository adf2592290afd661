"""A made-up Reddit with one comment that can be answered, in one thread."""

from __future__ import annotations

import base64
import html
from dataclasses import dataclass, field
from typing import Any

from integrations.base import MessageRejected, OutcomeUncertain, TargetBusy, TargetRefused
from integrations.replies import Place
from tests.contract.repliers.fake import NOW, WAIT, HttpFake, Peculiar, Refused, form_of, query_of, route
from tests.recorded.web import Asked, Reply

CLIENT, SECRET, REFRESH, TOKEN = "client-id", "client-very-secret", "refresh-very-secret", "token-very-secret"
THREAD, COMMENT, US = "t3_lamp", "t1_ana", "LanternStudio"
SCOPES = "identity read history submit edit"


def refusal(code: str, said: str, **more: float) -> Reply:
    """How Reddit refuses a comment: with status 200."""
    return Reply({"json": {"errors": [[code, said, "text"]], **more}})


@dataclass
class Platform(HttpFake):
    """Things under their full names; a comment is known by nothing but its words."""

    secrets = {"REDDIT_CLIENT_ID": CLIENT, "REDDIT_CLIENT_SECRET": SECRET, "REDDIT_REFRESH_TOKEN": REFRESH}
    wrong = {**secrets, "REDDIT_REFRESH_TOKEN": "refresh-wrong-secret"}
    place = Place(
        external_id=COMMENT,
        thread_id=THREAD,
        parent_id=THREAD,
        kind="comment",
        handle="ana",
        text="The lamp *flickers* & smokes",
        options={"account": US},
    )
    peculiar = (
        Peculiar(
            name="too-often",
            reply=refusal("RATELIMIT", "you are doing that too much. try again in 9 minutes."),
            error=TargetBusy,
            retry_after=540.0,
        ),
        Peculiar(
            name="too-often-to-the-second",
            reply=refusal("RATELIMIT", "Take a break for 9 minutes before trying again.", ratelimit=531.5),
            error=TargetBusy,
            retry_after=531.5,
        ),
        Peculiar(name="too-old", reply=refusal("TOO_OLD", "that's a piece of history now"), error=MessageRejected),
        Peculiar(name="nobody", reply=refusal("USER_REQUIRED", "Please log in to do that."), error=TargetRefused),
        Peculiar(
            name="quarantined", reply=Reply({"json": {"errors": [], "data": {"things": []}}}), error=OutcomeUncertain
        ),
    )

    comments: list[dict[str, Any]] = field(
        default_factory=lambda: [_comment(COMMENT, "ana", THREAD, "The lamp *flickers* & smokes")]
    )
    locked: bool = False

    def held(self) -> list[str]:
        return [one["body"] for one in self.comments if one["author"] == US]

    def remove(self) -> None:
        self.comments[0].update(author="[deleted]", body="[deleted]")

    def change(self, text: str) -> bool:
        self.comments[0].update(body=text, edited=NOW.timestamp())
        return True

    def lock(self) -> bool:
        self.locked = True
        return True

    def chatter(self, text: str) -> bool:
        self.comments.append(_comment("t1_ben", "ben", COMMENT, text))
        return True

    def lets_in(self, asked: Asked) -> bool:
        agent = asked.headers.get("user-agent", "")
        return asked.headers.get("authorization") == f"Bearer {TOKEN}" and agent.startswith("python:earful:0.1")

    def is_sign_in(self, asked: Asked) -> bool:
        return asked.path == "/api/v1/access_token"

    def error(self, status: int, reason: str) -> Reply:
        return Reply({"message": reason, "error": status}, status=status)

    def busy(self) -> Reply:
        headers = {"X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": str(WAIT)}
        return Reply({"message": "Too Many Requests", "error": 429}, status=429, headers=headers)

    @route("POST", "/api/v1/access_token")
    def token(self, asked: Asked) -> Reply:
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {basic}":
            raise Refused(401, "Unauthorized")
        if form_of(asked, {"grant_type", "refresh_token"}) != {"grant_type": "refresh_token", "refresh_token": REFRESH}:
            return Reply({"error": "invalid_grant"}, status=400)
        return Reply({"access_token": TOKEN, "token_type": "bearer", "expires_in": 86_400, "scope": SCOPES})

    @route("GET", "/api/v1/me")
    def me(self, asked: Asked) -> Reply:
        return Reply({"name": US, "id": "abc"})

    @route("GET", "/api/info")
    def info(self, asked: Asked) -> Reply:
        names = query_of(asked, {"id", "raw_json"})["id"].split(",")
        thread = {"name": THREAD, "title": "Lamps", "selftext": "Which lamp?", "author": "cleo", "edited": False,
                  "locked": self.locked, "archived": False, "created_utc": NOW.timestamp()}  # fmt: skip
        return _listing([one for one in [thread, *self.comments] if one["name"] in names])

    @route("GET", "/comments/lamp")
    def thread(self, asked: Asked) -> Reply:
        assert query_of(asked, {"comment", "depth", "limit", "sort", "raw_json"})["comment"] == "ana"
        below = [{"kind": "t1", "data": one} for one in self.comments if one["parent_id"] == COMMENT]
        shown = {**self.comments[0], "replies": {"data": {"children": below}} if below else ""}
        return Reply([{"data": {"children": []}}, {"data": {"children": [{"kind": "t1", "data": shown}]}}])

    @route("GET", f"/user/{US}/comments")
    def ours(self, asked: Asked) -> Reply:
        query_of(asked, {"sort", "limit", "raw_json"}, {"after"})
        return _listing([one for one in reversed(self.comments) if one["author"] == US])

    @route("POST", "/api/comment")
    def comment(self, asked: Asked) -> Reply:
        body = form_of(asked, {"api_type", "raw_json", "thing_id", "text"})
        assert body["thing_id"] == COMMENT
        if self.comments[0]["author"] == "[deleted]":
            return refusal("DELETED_COMMENT", "that comment has been deleted")
        if self.locked:
            return refusal("THREAD_LOCKED", "Comments are locked.")
        if len(body["text"]) > 10_000:
            return refusal("TOO_LONG", "this is too long (max: 10000)")
        made = _comment(f"t1_our{len(self.comments)}", US, COMMENT, body["text"])
        self.comments.append(made)
        return _written(made)

    @route("POST", "/api/editusertext")
    def edit(self, asked: Asked) -> Reply:
        body = form_of(asked, {"api_type", "raw_json", "thing_id", "text"})
        found = next((one for one in self.comments if one["name"] == body["thing_id"] and one["author"] == US), None)
        if found is None:
            return refusal("NOT_AUTHOR", "you can't do that")
        found.update(body=body["text"], edited=NOW.timestamp())
        return _written(found)

    @route("POST", "/api/del")
    def delete(self, asked: Asked) -> Reply:
        name = form_of(asked, {"id"})["id"]
        self.comments = [one for one in self.comments if not (one["name"] == name and one["author"] == US)]
        return Reply({})


def _listing(things: list[dict[str, Any]]) -> Reply:
    children = [{"kind": one["name"][:2], "data": one} for one in things]
    return Reply({"kind": "Listing", "data": {"children": children, "after": None}})


def _written(comment: dict[str, Any]) -> Reply:
    return Reply({"json": {"errors": [], "data": {"things": [{"kind": "t1", "data": comment}]}}})


def _comment(name: str, author: str, parent: str, text: str) -> dict[str, Any]:
    return {
        "name": name, "id": name[3:], "author": author, "parent_id": parent, "link_id": THREAD, "body": text,
        "body_html": html.escape(text), "created_utc": NOW.timestamp(), "edited": False, "locked": False, "replies": "",
        "permalink": f"/r/lamps/comments/lamp/_/{name[3:]}/",
    }  # fmt: skip
