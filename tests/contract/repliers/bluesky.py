"""A made-up server of Bluesky with our account, which also shows what its app knows."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any

from integrations.base import MessageRejected, TargetBusy
from integrations.counting import count
from integrations.replies import Counting, Place
from tests.contract.repliers.fake import NOW, WAIT, HttpFake, Peculiar, Refused, checked, iso, json_of, query_of, route
from tests.recorded.web import Asked, Reply

HANDLE, PASSWORD = "st.io", "abcd-efgh-very-secret"
TOKEN = "session-very-secret"
US, AUTHOR = "did:plc:studio", "did:plc:ana"
URI, ROOT = f"at://{AUTHOR}/app.bsky.feed.post/3kabc", f"at://{AUTHOR}/app.bsky.feed.post/3kroot"
TID = re.compile(r"[234567abcdefghij][234567a-z]{12}\Z")


@dataclass
class Platform(HttpFake):
    """Sessions, records under keys of their own, and a view of one thread. It takes what its app will not show."""

    secrets = {"BLUESKY_HANDLE": HANDLE, "BLUESKY_APP_PASSWORD": PASSWORD}
    wrong = {"BLUESKY_HANDLE": HANDLE, "BLUESKY_APP_PASSWORD": "abcd-wrong-secret"}
    place = Place(external_id=URI, thread_id=ROOT, parent_id=ROOT, author_id=AUTHOR, text="The lamp flickers 💡")
    idempotent = True
    by_key = True
    peculiar = (
        Peculiar(
            name="session-over",
            reply=Reply({"error": "ExpiredToken", "message": "Token has expired"}, status=400),
            error=TargetBusy,
            retry_after=1.0,
        ),
        Peculiar(
            name="record-invalid",
            reply=Reply({"error": "InvalidRequest", "message": "Invalid app.bsky.feed.post record"}, status=400),
            error=MessageRejected,
        ),
    )

    text: str | None = "The lamp flickers 💡"
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    locked: bool = False

    def held(self) -> list[str]:
        return [record["text"] for record in self.records.values()]

    def remove(self) -> None:
        self.text = None

    def change(self, text: str) -> bool:
        self.text = text
        return True

    def lock(self) -> bool:
        self.locked = True
        return True

    def chatter(self, text: str) -> bool:
        self.others.append(text)
        return True

    def lets_in(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == f"Bearer {TOKEN}"

    def is_sign_in(self, asked: Asked) -> bool:
        return asked.path == "/xrpc/com.atproto.server.createSession"

    def error(self, status: int, reason: str) -> Reply:
        code = {401: "AuthenticationRequired", 403: "Forbidden", 400: "InvalidRequest"}.get(status, "NotFound")
        return Reply({"error": code, "message": reason}, status=status)

    def busy(self) -> Reply:
        body = {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
        return Reply(body, status=429, headers={"RateLimit-Reset": str(int(time.time()) + WAIT)})

    @route("POST", "/xrpc/com.atproto.server.createSession")
    def sign_in(self, asked: Asked) -> Reply:
        if json_of(asked, {"identifier", "password"}) != {"identifier": HANDLE, "password": PASSWORD}:
            raise Refused(401, "Invalid identifier or password")
        return Reply({"did": US, "handle": HANDLE, "accessJwt": TOKEN, "refreshJwt": "again-very-secret"})

    @route("GET", "/xrpc/com.atproto.server.getSession")
    def session(self, asked: Asked) -> Reply:
        return Reply({"did": US, "handle": HANDLE})

    @route("GET", "/xrpc/app.bsky.feed.getPosts")
    def posts(self, asked: Asked) -> Reply:
        assert query_of(asked, {"uris"}) == {"uris": URI}
        return Reply({"posts": [self._post()] if self.text is not None else []})

    @route("GET", "/xrpc/app.bsky.feed.getPostThread")
    def thread(self, asked: Asked) -> Reply:
        assert query_of(asked, {"uri", "depth", "parentHeight"})["uri"] == URI
        if self.text is None:
            return Reply({"error": "NotFound", "message": f"Post not found: {URI}"}, status=400)
        ours = [(f"at://{US}/app.bsky.feed.post/{name}", US, one["text"]) for name, one in self.records.items()]
        others = [
            (f"at://did:plc:ben/app.bsky.feed.post/3k{i}", "did:plc:ben", text) for i, text in enumerate(self.others)
        ]
        replies = [_view(uri, did, {"text": text}) for uri, did, text in [*ours, *others]]
        found = {"$type": "app.bsky.feed.defs#threadViewPost"}
        return Reply(
            {"thread": {**found, "post": self._post(), "replies": [{**found, "post": one} for one in replies]}}
        )

    @route("GET", "/xrpc/com.atproto.repo.getRecord")
    def record(self, asked: Asked) -> Reply:
        where = query_of(asked, {"repo", "collection", "rkey"})
        if where["repo"] != US or where["rkey"] not in self.records:
            return Reply({"error": "RecordNotFound", "message": "Could not locate record"}, status=400)
        return Reply({**self._named(where["rkey"]), "value": self.records[where["rkey"]]})

    @route("POST", "/xrpc/com.atproto.repo.createRecord")
    def create(self, asked: Asked) -> Reply:
        body = json_of(asked, {"repo", "collection", "record", "rkey"})
        record = checked(body["record"], {"$type", "text", "createdAt", "reply"}, {"facets"})
        assert (body["repo"], body["collection"], record["$type"]) == (US, "app.bsky.feed.post", "app.bsky.feed.post")
        assert TID.match(body["rkey"])
        if body["rkey"] in self.records:
            return Reply({"error": "InternalServerError", "message": "Internal Server Error"}, status=500)
        if count(record["text"], Counting.GRAPHEMES) > 300 or len(record["text"].encode()) > 3000:
            raise Refused(400, "Record/text must not be longer than 300 graphemes")
        assert record["reply"] == {"root": {"uri": ROOT, "cid": "bafyroot"}, "parent": {"uri": URI, "cid": "bafypost"}}
        for facet in record.get("facets", []):
            place, [feature] = facet["index"], facet["features"]
            assert feature["$type"] == "app.bsky.richtext.facet#link"
            assert record["text"].encode()[place["byteStart"] : place["byteEnd"]].decode() == feature["uri"]
        self.records[body["rkey"]] = record
        return Reply(self._named(body["rkey"]))

    @route("POST", "/xrpc/com.atproto.repo.deleteRecord")
    def delete(self, asked: Asked) -> Reply:
        body = json_of(asked, {"repo", "collection", "rkey"})
        assert (body["repo"], body["collection"]) == (US, "app.bsky.feed.post")
        self.records.pop(body["rkey"], None)
        return Reply({})

    def _named(self, key: str) -> dict[str, str]:
        return {"uri": f"at://{US}/app.bsky.feed.post/{key}", "cid": f"bafy{key}"}

    def _post(self) -> dict[str, Any]:
        reply = {"root": {"uri": ROOT, "cid": "bafyroot"}, "parent": {"uri": ROOT, "cid": "bafyroot"}}
        return {**_view(URI, AUTHOR, {"text": self.text, "reply": reply}), "viewer": {"replyDisabled": self.locked}}


def _view(uri: str, did: str, record: dict[str, Any]) -> dict[str, Any]:
    return {
        "uri": uri, "cid": "bafypost", "author": {"did": did, "handle": f"{did[8:]}.example"}, "indexedAt": iso(NOW),
        "record": {"$type": "app.bsky.feed.post", "createdAt": iso(NOW), **record},
    }  # fmt: skip
