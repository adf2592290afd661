"""A made-up X with one post that mentions our account, as strict about signatures as the real one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import quote, unquote

from integrations.base import MessageRejected, TargetBusy, TargetRefused
from integrations.counting import count
from integrations.replies import Counting, Place
from tests.contract.repliers.fake import (
    NOW,
    WAIT,
    HttpFake,
    On,
    Peculiar,
    Refused,
    checked,
    iso,
    json_of,
    query_of,
    route,
)
from tests.recorded.web import Asked, Reply

SECRETS = {
    "X_API_KEY": "key-of-the-app",
    "X_API_SECRET": "very+secret/of the app",
    "X_ACCESS_TOKEN": "9-token-of-the-account",
    "X_ACCESS_TOKEN_SECRET": "very&secret=of the account",
}
FIRST, POST, US, BEN = "1990000000000000001", "1990000000000000077", "9", "31"


def problem(status: int, detail: str) -> Reply:
    """How X refuses."""
    kind = f"https://api.twitter.com/2/problems/{'client-forbidden' if status == 403 else 'other'}"
    return Reply({"title": "Forbidden", "detail": detail, "type": kind, "status": status}, status=status)


@dataclass
class Platform(HttpFake):
    """One post in two versions; an account cannot say the same twice."""

    secrets = SECRETS
    wrong = {**SECRETS, "X_ACCESS_TOKEN_SECRET": "another secret"}
    place = Place(
        external_id=FIRST,
        url=f"https://x.com/i/status/{POST}",
        thread_id=FIRST,
        author_id="77",
        handle="ana",
        text="@lantern The lamp flickers & smokes @ben",
        raw={"post": {"author_id": "77", "entities": {"mentions": [{"id": US}, {"id": BEN}]}}, "author": None},
    )
    idempotent = True
    peculiar = (
        Peculiar(
            name="not-summoned",
            reply=problem(403, "Reply to this conversation is not allowed because you have not been mentioned."),
            error=MessageRejected,
        ),
        Peculiar(name="unpaid", reply=problem(402, "Your account has no credits."), error=TargetRefused),
        Peculiar(name="read-only", reply=problem(403, "Your app has no write permission."), error=TargetRefused),
        Peculiar(
            name="enough-for-today",
            reply=Reply(
                {"title": "Too Many Requests", "status": 429},
                status=429,
                headers={"x-user-limit-24hour-remaining": "0", "x-rate-limit-reset": "4000000000"},
            ),
            error=TargetBusy,
        ),
        Peculiar(name="odd", reply=Reply({"errors": [{"type": "/problems/odd"}]}), error=TargetBusy, on=On.READ),
    )

    text: str | None = "@lantern The lamp flickers & smokes @ben"
    mentions: list[str] = field(default_factory=lambda: [US, BEN])
    replies: list[dict[str, Any]] = field(default_factory=list)

    def held(self) -> list[str]:
        return [one["text"] for one in self.replies]

    def remove(self) -> None:
        self.text = None

    def change(self, text: str) -> bool:
        self.text = text
        return True

    def lock(self) -> bool:
        self.mentions = [BEN]  # the author no longer summons us
        return True

    def lets_in(self, asked: Asked) -> bool:
        said = asked.headers.get("authorization", "")
        given = {name: unquote(value) for name, value in re.findall(r'(\w+)="([^"]*)"', said)}
        signature = given.pop("oauth_signature", "")
        names = {"consumer_key", "nonce", "signature_method", "timestamp", "token", "version"}
        if not said.startswith("OAuth ") or set(given) != {f"oauth_{name}" for name in names}:
            return False
        pairs = sorted((quote(k, safe="~"), quote(v, safe="~")) for k, v in {**asked.query, **given}.items())
        url = f"http://{asked.headers['host']}{asked.path}"
        base = "&".join(quote(part, safe="~") for part in (asked.method, url, "&".join(f"{k}={v}" for k, v in pairs)))
        key = f"{quote(SECRETS['X_API_SECRET'], safe='~')}&{quote(SECRETS['X_ACCESS_TOKEN_SECRET'], safe='~')}"
        right = base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()
        late = abs(time.time() - int(given["oauth_timestamp"])) > 300
        return hmac.compare_digest(signature, right) and not late

    def error(self, status: int, reason: str) -> Reply:
        return problem(status, reason)

    def busy(self) -> Reply:
        headers = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int(time.time()) + WAIT)}
        return Reply({"title": "Too Many Requests", "status": 429}, status=429, headers=headers)

    @route("GET", "/2/users/me")
    def me(self, asked: Asked) -> Reply:
        return Reply({"data": {"id": US, "username": "lantern"}}, headers={"x-access-level": "read-write"})

    @route("GET", r"/2/tweets/(?P<name>\d+)")
    def show(self, asked: Asked, name: str) -> Reply:
        query_of(asked, {"tweet.fields", "expansions"})
        if self.text is None or name not in {FIRST, POST}:
            missing = {"resource_id": name, "type": "https://api.twitter.com/2/problems/resource-not-found"}
            return Reply({"errors": [missing]})
        text = self.text if name == POST else "The lamp is broken"
        mentions = [{"id": one, "username": f"user{one}"} for one in self.mentions]
        post = {"id": name, "text": escape(text, quote=False), "author_id": "77", "created_at": iso(NOW),
                "edit_history_tweet_ids": [FIRST, POST], "entities": {"mentions": mentions}}  # fmt: skip
        return Reply({"data": post})

    @route("GET", rf"/2/users/{US}/tweets")
    def ours(self, asked: Asked) -> Reply:
        where = query_of(asked, {"tweet.fields", "max_results", "since_id"}, {"pagination_token"})
        assert where["since_id"] == FIRST
        news = [{"id": str(1990000000000000900 + one), "text": "News!", "created_at": iso(NOW)} for one in range(4)]
        listed = [*news, *reversed(self.replies)]  # what the account said since stands before its replies
        begin = int(where.get("pagination_token", "0"))
        following = {"next_token": str(begin + 3)} if begin + 3 < len(listed) else {}
        return Reply({"data": listed[begin : begin + 3], "meta": {"result_count": 3, **following}})

    @route("POST", "/2/tweets")
    def create(self, asked: Asked) -> Reply:
        body = json_of(asked, {"text", "reply"})
        reply = checked(body["reply"], {"in_reply_to_tweet_id"}, {"exclude_reply_user_ids"})
        assert reply == {"in_reply_to_tweet_id": POST, "exclude_reply_user_ids": [US, BEN]}
        if self.text is None:
            raise Refused(403, "You attempted to reply to a Tweet that is deleted or not visible to you.")
        if US not in self.mentions:
            raise Refused(403, "Reply to this conversation is not allowed because you have not been mentioned.")
        if count(body["text"], Counting.WEIGHTED) > 280:
            raise Refused(403, "Your Tweet text is too long.")
        called = re.findall(r"(?<![\w/])@\w+", body["text"])
        assert not called, f"a post calls {called}"
        stored = escape(re.sub(r"https?://\S+", "https://t.co/abc", body["text"]), quote=False)
        if any(one["text"] == stored for one in self.replies):
            raise Refused(403, "You are not allowed to create a Tweet with duplicate content.")
        above = [{"type": "replied_to", "id": POST}]
        made = {"id": str(int(POST) + 1 + len(self.replies)), "text": stored, "created_at": iso(NOW)}
        self.replies.append({**made, "referenced_tweets": above})
        return Reply({"data": {"id": made["id"], "text": stored}}, status=201)

    @route("DELETE", r"/2/tweets/(?P<name>\d+)")
    def delete(self, asked: Asked, name: str) -> Reply:
        left = [one for one in self.replies if one["id"] != name]
        if len(left) == len(self.replies):
            raise Refused(404, "Not Found")
        self.replies = left
        return Reply({"data": {"deleted": True}})
