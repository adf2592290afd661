"""A made-up X: recent search, mentions and lookup of posts, as strict about parameters and keys as the real one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from collectors.base import JSON
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Asked, Reply

_LOOKS = {"tweet.fields", "expansions", "user.fields"}
_LISTS = {"max_results", "since_id", "until_id"}


def post_id(minute: float) -> int:
    """The id of a post that was written so many minutes after the beginning."""
    return (int((BEGIN + 60 * minute) * 1000) - 1_288_834_974_657) << 22


def x_post(minute: float, **changed: JSON) -> dict[str, JSON]:
    """One post as X shows it."""
    number = str(post_id(minute))
    when = datetime.fromtimestamp(BEGIN + 60 * minute, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {
        "id": number, "edit_history_tweet_ids": [number], "text": f"The lamp {minute} flickers &amp; dies",
        "author_id": "77", "conversation_id": number, "created_at": when, "lang": "en",
        "public_metrics": {"like_count": 5, "reply_count": 1, "retweet_count": 2, "quote_count": 1}, **changed,
    }  # fmt: skip


def edit_of(old: dict[str, JSON], minute: float, **changed: JSON) -> dict[str, JSON]:
    """A later version of a post, under an id of its own; both then name all versions."""
    versions: list[JSON] = [old["id"], str(post_id(minute))]
    old["edit_history_tweet_ids"] = versions
    return x_post(minute, edit_history_tweet_ids=versions, **changed)


@dataclass
class X:
    """What the app with the token t0ken may read; `oldest` is the first post within the last seven days."""

    posts: list[dict[str, JSON]] = field(default_factory=list)
    oldest: int = 0
    most: int = 100
    usage: str = "12345"  # posts that were read this month
    suspended: set[str] = field(default_factory=set)

    def __call__(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != "Bearer t0ken":
            return _problem(401, "Unauthorized", "Unauthorized")
        query = asked.query
        if asked.method == "GET" and asked.path == "/2/tweets" and set(query) == {"ids", *_LOOKS}:
            return self._lookup(query["ids"].split(","))
        lists = {"/2/tweets/search/recent": {"query", "next_token"}, "/2/users/77/mentions": {"pagination_token"}}
        missing = {"title": "Not Found Error", "detail": "Could not find user with id: [404].", "parameter": "id"}
        usage = {"project_cap": "2000000", "project_id": "1", "project_usage": self.usage}
        fixed = {"/2/users/404/mentions": {"errors": [missing]}, "/2/usage/tweets": {"data": usage}}
        if asked.path in fixed:
            return Reply(fixed[asked.path])
        if asked.method != "GET" or asked.path not in lists:
            return _problem(404, "Not Found", "Not Found")
        if set(query) - _LOOKS - _LISTS - lists[asked.path] or not 10 <= int(query["max_results"]) <= 100:
            return _problem(400, "Invalid Request", "One or more parameters to your request was invalid.", wrong="max")
        return self._list(query, next(iter(query[name] for name in query if name.endswith("_token")), "0"))

    def _list(self, query: Mapping[str, str], token: str) -> Reply:
        for name in ("since_id", "until_id"):
            if name in query and int(query[name]) < self.oldest:
                return _problem(400, "Invalid Request", f"'{name}' must be larger than {self.oldest}", wrong=name)
        low, high = int(query.get("since_id", 0)), int(query.get("until_id", 1 << 63))
        found = [post for post in self.posts if max(low, self.oldest - 1) < int(str(post["id"])) < high]
        found = [post for post in found if post["id"] == _versions(post)[-1]]
        found.sort(key=lambda post: -int(str(post["id"])))
        start, size = int(token), min(int(query["max_results"]), self.most)
        shown = found[start : start + size]
        meta: dict[str, JSON] = {"result_count": len(shown)}
        if shown:
            meta |= {"newest_id": shown[0]["id"], "oldest_id": shown[-1]["id"]}
        if start + size < len(found):
            meta["next_token"] = str(start + size)
        return Reply({**self._with_authors(shown), "meta": meta})

    def _lookup(self, ids: list[str]) -> Reply:
        if len(ids) > 100:
            return _problem(400, "Invalid Request", "too many ids", wrong="ids")
        found = [post for post in self.posts if post["id"] in ids and post["id"] not in self.suspended]
        here = {post["id"] for post in found}
        errors = [
            {
                "title": "Not Found Error",
                "parameter": "ids",
                "value": name,
                "resource_id": name,
                "resource_type": "tweet",
            }
            for name in ids
            if name not in here
        ]
        return Reply({**self._with_authors(found), **({"errors": errors} if errors else {})})

    def _with_authors(self, posts: list[dict[str, JSON]]) -> dict[str, JSON]:
        if not posts:
            return {}
        ana: JSON = {
            "id": "77", "username": "ana", "name": "Ana", "verified": False, "location": "Lisbon",
            "public_metrics": {"followers_count": 12},
        }  # fmt: skip
        return {"data": [*posts], "includes": {"users": [ana]}}


def _versions(post: dict[str, JSON]) -> list[JSON]:
    told = post["edit_history_tweet_ids"]
    return told if isinstance(told, list) else [post["id"]]


def _problem(status: int, title: str, detail: str, *, wrong: str | None = None) -> Reply:
    body: dict[str, JSON] = {"title": title, "detail": detail, "type": "about:blank", "status": status}
    if wrong:
        body["errors"] = [{"parameters": {wrong: ["1"]}, "message": detail}]
    return Reply(body, status=status)
