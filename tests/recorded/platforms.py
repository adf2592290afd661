"""Small platforms, made up for tests, that speak as the real ones do: Steam's review service, Reddit's API, a feed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from email.utils import formatdate
from hashlib import sha256
from xml.sax.saxutils import escape

from collectors.base import JSON
from tests.recorded.web import Asked, Reply

BEGIN = 1_790_000_000  # 2026-09-21; posts are a minute apart


def steam_review(
    number: int, *, updated: int | None = None, text: str | None = None, up: bool = True
) -> dict[str, JSON]:
    """One review as GetAppReviews shows it."""
    created = BEGIN + 60 * number
    return {
        "recommendationid": str(9000 + number),
        "author": {"steamid": f"7656119{number:010d}", "num_reviews": 3, "playtime_forever": 120},
        "language": "brazilian" if number % 5 == 0 else "english",
        "review": text
        if text is not None
        else f"[b]Review {number}[/b]: the [url=https://example.com]lantern[/url] flickers",
        "timestamp_created": created,
        "timestamp_updated": updated or created,
        "voted_up": up,
        "votes_up": number,
        "votes_funny": 0,
        "comment_count": 1,
    }


@dataclass
class Steam:
    """GetAppReviews of app 440, by last change; `pages_short` leaves the last of each full page for the next."""

    reviews: list[dict[str, JSON]]
    false_empty: int = 0  # how many empty pages to send that are not the end
    asked: list[dict[str, JSON]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        if asked.path != "/IUserReviewsService/GetAppReviews/v1/":
            return Reply(status=404)
        wanted = json.loads(asked.query["input_json"])
        self.asked.append(wanted)
        if wanted["appid"] != 440:
            return Reply({"response": {}})
        ordered = sorted(self.reviews, key=lambda review: -float(str(review.get("timestamp_updated", 0))))
        start = 0 if wanted["cursor"] == "*" else int(wanted["cursor"])
        shown = ordered[start : start + wanted["num_per_page"]]
        if self.false_empty > 0:
            self.false_empty -= 1
            shown = []
        onward = str(start + len(shown)) if start + len(shown) else "*"
        summary = {"total_reviews": len(ordered)}
        answer = {"query_summary": summary, "total_matching": len(ordered), "cursor": onward, "reviews": shown}
        return Reply({"response": answer})


def submission(number: int, **changed: JSON) -> dict[str, JSON]:
    """One submission as Reddit's API shows it."""
    return {
        "name": f"t3_a{number}", "id": f"a{number}", "title": f"Submission {number}",
        "selftext": f"The lamp {number} **flickers**",
        "author": f"player_{number}", "author_fullname": f"t2_p{number}", "created_utc": float(BEGIN + 60 * number),
        "edited": False, "permalink": f"/r/lamps/comments/a{number}/submission/", "score": number, "num_comments": 2,
        "subreddit": "lamps", **changed,
    }  # fmt: skip


def comment(number: int, **changed: JSON) -> dict[str, JSON]:
    """One comment as Reddit's API shows it."""
    return {
        "name": f"t1_c{number}", "id": f"c{number}", "body": f"Mine too, {number}", "author": f"player_{number}",
        "author_fullname": f"t2_p{number}", "created_utc": float(BEGIN + 60 * number), "edited": False,
        "permalink": f"/r/lamps/comments/a1/submission/c{number}/", "score": -1, "link_id": "t3_a1",
        "parent_id": "t3_a1", **changed,
    }  # fmt: skip


@dataclass
class Reddit:
    """The token, /new, /comments and /api/info of r/lamps."""

    things: list[dict[str, JSON]]

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/api/v1/access_token":
            token = {"access_token": "t", "token_type": "bearer", "expires_in": 3600, "scope": "*"}
            return Reply(token)
        if asked.path == "/api/info/":
            wanted = set(asked.query["id"].split(","))
            return self._listing([thing for thing in self.things if thing["name"] in wanted], None)
        kind = {"/r/lamps/new": "t3_", "/r/lamps/comments/": "t1_"}.get(asked.path)
        if kind is None:
            return Reply(status=302, headers={"Location": "/subreddits/search?q=nothing"})
        mine = [thing for thing in self.things if str(thing["name"]).startswith(kind)]
        mine.sort(key=lambda thing: -float(str(thing["created_utc"])))
        names = [thing["name"] for thing in mine]
        start = names.index(asked.query["after"]) + 1 if "after" in asked.query else 0
        shown = mine[start : start + int(asked.query["limit"])]
        more = start + len(shown) < len(mine)
        return self._listing(shown, str(shown[-1]["name"]) if more else None)

    def _listing(self, things: list[dict[str, JSON]], after: str | None) -> Reply:
        children = [{"kind": str(thing["name"])[:2], "data": thing} for thing in things]
        return Reply({"kind": "Listing", "data": {"after": after, "children": children}})


def _item(n: int, *, edited: bool) -> str:
    text = escape(f"<p>The lamp {n} flickers{' again' if edited else ''}.</p><script>alert(1)</script>")
    return (
        f"<item><guid>https://blog.example/{n}</guid><link>https://blog.example/{n}</link>"
        f"<title>Пост {n} &amp; more</title><description>{text}</description>"
        f"<pubDate>{formatdate(BEGIN + 60 * n)}</pubDate><author>a@example.com (Ana {n})</author></item>"
    )


def rss(numbers: list[int], *, edited: int | None = None, encoding: str = "utf-8") -> bytes:
    """A feed with these entries, newest first."""
    items = "".join(_item(number, edited=number == edited) for number in sorted(numbers, reverse=True))
    head = f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel><title>Blog</title>'
    return f"{head}<language>en-us</language>{items}</channel></rss>".encode(encoding)


@dataclass
class Feed:
    """/feed.xml with a tag that changes with its content."""

    body: bytes
    content_type: str = "application/xml"

    def __call__(self, asked: Asked) -> Reply:
        tag = f'"{sha256(self.body).hexdigest()[:8]}"'
        if asked.headers.get("if-none-match") == tag:
            return Reply(status=304)
        return Reply(self.body, headers={"Content-Type": self.content_type, "ETag": tag})
