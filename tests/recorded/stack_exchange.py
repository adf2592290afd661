"""A made-up Stack Exchange site that answers as its API does: a wrapper, pages, `max`, and refusals with status 400."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from collectors.base import JSON
from tests.recorded.platforms import BEGIN
from tests.recorded.web import Asked, Reply

_TAKEN = {"site", "filter", "key", "pagesize", "page", "order", "sort", "tagged", "q", "max"}


def _owner(number: int) -> dict[str, JSON]:
    return {
        "user_id": number, "display_name": f"Ana &amp; {number}", "user_type": "registered", "reputation": 101,
        "link": f"https://stackoverflow.com/users/{number}/ana",
    }  # fmt: skip


def question(number: int, **changed: JSON) -> dict[str, JSON]:
    """One question as /questions shows it."""
    moment = BEGIN + 60 * number
    return {
        "question_id": number, "title": f"Why does &quot;lamp {number}&quot; flicker?", "tags": ["lamps"],
        "body": f"<p>It <b>flickers</b>:</p>\n<pre><code>lamp &lt; {number}</code></pre>", "owner": _owner(number),
        "link": f"https://stackoverflow.com/questions/{number}/lamp", "creation_date": moment, "score": -2,
        "last_activity_date": moment, "answer_count": 1, "comment_count": 0, "is_answered": True, **changed,
    }  # fmt: skip


def answer(number: int, to: int, **changed: JSON) -> dict[str, JSON]:
    """One answer as /questions/{ids}/answers shows it."""
    moment = BEGIN + 60 * number
    return {
        "answer_id": number, "question_id": to, "body": f"<p>Turn lamp {to} round</p>", "owner": _owner(number),
        "creation_date": moment, "last_activity_date": moment, "score": 4, "is_accepted": False, **changed,
    }  # fmt: skip


def remark(number: int, on: int, of: str = "question", **changed: JSON) -> dict[str, JSON]:
    """One comment as /posts/{ids}/comments shows it."""
    return {
        "comment_id": number, "post_id": on, "post_type": of, "body": f"Which lamp, {number}?", "owner": _owner(number),
        "creation_date": BEGIN + 60 * number, "score": 0, "edited": False, **changed,
    }  # fmt: skip


@dataclass
class StackExchange:
    """Stack Overflow, with as little as a test needs."""

    questions: list[dict[str, JSON]] = field(default_factory=list)
    answers: list[dict[str, JSON]] = field(default_factory=list)
    comments: list[dict[str, JSON]] = field(default_factory=list)
    extra: dict[str, JSON] = field(default_factory=dict)  # beside the items: backoff, quota_remaining
    page: int = 100

    def __call__(self, asked: Asked) -> Reply:
        query, path = asked.query, asked.path.removeprefix("/2.3/")
        if asked.method != "GET" or set(query) - _TAKEN or path == asked.path:
            return _refused(404, "no_method", "this method cannot be called")
        if query.get("key", "k3y") != "k3y":
            return _refused(403, "access_denied", "`key` is not valid")
        wrong = query.get("site") != "stackoverflow" or query.get("filter") != "withbody"
        if wrong or int(query["page"]) > 25 or path.count(";") > 99:
            return _refused(400, "bad_parameter", "page above 25, too many ids, or an unknown site or filter")
        if path in {"questions", "search/advanced"}:
            found = [item for item in self.questions if _fits(item, query)]
            return self._wrapped(sorted(found, key=lambda item: -int(str(item["last_activity_date"]))), query)
        first, _, rest = path.partition("/")
        ids = set(rest.partition("/")[0].split(";"))
        lists: dict[tuple[str, str], Callable[[], list[dict[str, JSON]]]] = {
            ("questions", "answers"): lambda: _of(self.answers, "question_id", ids),
            ("posts", "comments"): lambda: _of(self.comments, "post_id", ids),
            ("questions", ""): lambda: _of(self.questions, "question_id", ids),
            ("answers", ""): lambda: _of(self.answers, "answer_id", ids),
            ("comments", ""): lambda: _of(self.comments, "comment_id", ids),
        }
        chosen = lists.get((first, rest.partition("/")[2]))
        return self._wrapped(chosen(), query) if chosen else _refused(404, "no_method", "this method cannot be called")

    def _wrapped(self, items: list[dict[str, JSON]], query: Mapping[str, str]) -> Reply:
        start = (int(query["page"]) - 1) * self.page
        shown = items[start : start + self.page]
        more = start + self.page < len(items)
        return Reply({"items": shown, "has_more": more, "quota_max": 300, "quota_remaining": 250, **self.extra})


def _fits(item: dict[str, JSON], query: Mapping[str, str]) -> bool:
    assert (query["sort"], query["order"]) == ("activity", "desc")
    tags = item["tags"]
    tagged = "tagged" not in query or (isinstance(tags, list) and query["tagged"] in tags)
    return tagged and int(str(item["last_activity_date"])) <= int(query.get("max", "99999999999"))


def _of(items: list[dict[str, JSON]], name: str, ids: set[str]) -> list[dict[str, JSON]]:
    return [item for item in items if str(item[name]) in ids]


def _refused(number: int, name: str, message: str) -> Reply:
    return Reply({"error_id": number, "error_name": name, "error_message": message}, status=400)
