"""A made-up Discourse forum with one topic and our user."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import Any

from integrations.base import MessageRejected, TargetBusy
from integrations.replies import Place
from tests.contract.repliers.fake import NOW, WAIT, HttpFake, Peculiar, Refused, checked, iso, json_of, route
from tests.recorded.web import Asked, Reply

KEY, US = "key-very-secret", "crew"
TOPIC, POST = 41, 204


@dataclass
class Platform(HttpFake):
    """Posts in their order; the same words from one user are refused the second time."""

    secrets = {"DISCOURSE_REPLY_API_KEY": KEY, "DISCOURSE_REPLY_API_USERNAME": US}
    wrong = {"DISCOURSE_REPLY_API_KEY": "key-wrong-secret", "DISCOURSE_REPLY_API_USERNAME": US}
    place = Place(
        external_id=str(POST),
        url=f"https://forum.lamps.example/t/lamps/{TOPIC}/2",
        thread_id=f"topic {TOPIC}",
        kind="comment",
        handle="ana",
        text="The lamp flickers & smokes",
        options={"url": "https://forum.lamps.example"},
    )
    idempotent = True
    peculiar = (
        Peculiar(
            name="too-short",
            reply=Reply({"action": "create_post", "errors": ["Post must be at least 20 characters"]}, status=422),
            error=MessageRejected,
        ),
        Peculiar(
            name="wait-in-the-body",
            reply=Reply({"errors": ["Slow down"], "extras": {"wait_seconds": 9}}, status=429),
            error=TargetBusy,
            retry_after=9.0,
        ),
    )

    posts: list[dict[str, Any]] = field(
        default_factory=lambda: [
            _post(203, 1, "cleo", "Which lamp?"),
            _post(POST, 2, "ana", "The lamp flickers & smokes", quote="Which lamp?"),
            *(_post(205 + number, 3 + number, "ben", "Me too") for number in range(60)),  # more than one answer holds
        ]
    )
    closed: bool = False

    def held(self) -> list[str]:
        return [one["raw"] for one in self.posts if one["username"] == US]

    def remove(self) -> None:
        self._find(str(POST)).update(user_deleted=True)

    def change(self, text: str) -> bool:
        self._find(str(POST)).update(cooked=f"<p>{escape(text)}</p>", version=2, updated_at=iso(NOW))
        return True

    def lock(self) -> bool:
        self.closed = True
        return True

    def chatter(self, text: str) -> bool:
        self._add("ben", text, 2)
        return True

    def lets_in(self, asked: Asked) -> bool:
        return (asked.headers.get("api-key"), asked.headers.get("api-username")) == (KEY, US)

    def error(self, status: int, reason: str) -> Reply:
        return Reply({"errors": [reason], "error_type": "invalid_access"}, status=status)

    def busy(self) -> Reply:
        body = {"errors": ["You've performed this action too many times."], "extras": {"wait_seconds": WAIT}}
        return Reply(body, status=429, headers={"Retry-After": str(WAIT)})

    @route("GET", "/session/current.json")
    def me(self, asked: Asked) -> Reply:
        return Reply({"current_user": {"id": 9, "username": US}})

    @route("GET", r"/posts/(?P<name>\d+)\.json")
    def show(self, asked: Asked, name: str) -> Reply:
        return Reply(self._find(name))

    @route("GET", rf"/t/{TOPIC}\.json")
    def topic(self, asked: Asked) -> Reply:
        stream = {"posts": [_seen(one) for one in self.posts[:20]], "stream": [one["id"] for one in self.posts]}
        return Reply({"id": TOPIC, "title": "Lamps", "closed": self.closed, "archived": False, "post_stream": stream})

    @route("GET", rf"/t/{TOPIC}/posts\.json")
    def some(self, asked: Asked) -> Reply:
        assert set(asked.many) == {"post_ids[]", "include_raw"}
        wanted = asked.many["post_ids[]"]
        return Reply({"post_stream": {"posts": [one for one in self.posts if str(one["id"]) in wanted]}})

    @route("POST", "/posts.json")
    def create(self, asked: Asked) -> Reply:
        body = json_of(asked, {"raw", "topic_id", "reply_to_post_number"})
        assert (body["topic_id"], body["reply_to_post_number"]) == (TOPIC, 2)
        if self.closed:
            raise Refused(403, "You are not permitted to view the requested resource.")
        self._check(body["raw"])
        if body["raw"] in self.held():
            raise Refused(422, "Body is too similar to what you recently posted")
        return Reply(self._add(US, body["raw"], 2))

    @route("PUT", r"/posts/(?P<name>\d+)\.json")
    def edit(self, asked: Asked, name: str) -> Reply:
        raw = checked(json_of(asked, {"post"})["post"], {"raw"})["raw"]
        self._check(raw)
        found = self._find(name)
        found.update(raw=raw, cooked=f"<p>{escape(raw)}</p>", version=2)
        return Reply({"post": found})

    @route("DELETE", r"/posts/(?P<name>\d+)\.json")
    def delete(self, asked: Asked, name: str) -> Reply:
        self.posts.remove(self._find(name))
        return Reply(b"", status=200)

    def _find(self, name: str) -> dict[str, Any]:
        found = next((one for one in self.posts if str(one["id"]) == name), None)
        if found is None:
            raise Refused(404, "The requested URL or resource could not be found.")
        return found

    def _add(self, user: str, text: str, answered: int) -> dict[str, Any]:
        made = _post(300 + len(self.posts), len(self.posts) + 1, user, text, answered=answered)
        self.posts.append(made)
        return made

    def _check(self, text: str) -> None:
        if not 10 <= len(text) <= 32_000:
            raise Refused(422, "Post must be between 10 and 32000 characters")
        called = re.findall(r"(?<![\w/])@\w+", text)
        assert not called, f"a post calls {called}"


def _seen(post: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in post.items() if name != "raw"}


def _post(
    number: int, place: int, user: str, text: str, *, answered: int | None = None, quote: str = ""
) -> dict[str, Any]:
    aside = f'<aside class="quote no-group"><blockquote><p>{quote}</p></blockquote></aside>' if quote else ""
    return {
        "id": number, "username": user, "created_at": iso(NOW), "updated_at": iso(NOW), "version": 1, "raw": text,
        "cooked": f"{aside}<p>{escape(text)}</p>", "post_number": place, "reply_to_post_number": answered,
        "topic_id": TOPIC, "topic_slug": "lamps", "user_deleted": False, "hidden": False,
    }  # fmt: skip
