"""A made-up App Store: the public feed of customer reviews, and App Store Connect."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from collectors.base import JSON
from tests.recorded.signing import apple_lets_in
from tests.recorded.web import Asked, Reply

BEGIN = datetime(2026, 9, 21, 10, 0, tzinfo=UTC)
FEED = re.compile(
    r"/(?P<country>[a-z]{2})/rss/customerreviews/page=(?P<page>\d+)/id=(?P<app>\d+)/sortby=mostrecent/json\Z"
)


def at(number: int) -> str:
    """When the review of this number was written."""
    return (BEGIN + timedelta(minutes=number)).isoformat()


def entry(number: int, **changed: JSON) -> dict[str, JSON]:
    """One review as the feed shows it; a label that is None is left out."""
    labels: dict[str, JSON] = {
        "updated": at(number), "im:rating": str(number % 5 + 1), "im:version": "2.1.0", "id": str(70_000 + number),
        "title": f"Lamp {number}",
        "content": f"The lamp {number} flickers & hums <sometimes>", "im:voteSum": "3",
        "im:voteCount": "4", **changed,
    }  # fmt: skip
    uri = f"https://itunes.apple.com/us/reviews/id{number + 900}"
    author: dict[str, JSON] = {"name": {"label": f"player {number}"}, "uri": {"label": uri}}
    link = {
        "attributes": {"rel": "related", "href": "https://itunes.apple.com/us/review?id=440&type=Purple%20Software"}
    }
    wrapped: dict[str, JSON] = {name: {"label": value} for name, value in labels.items() if value is not None}
    return {"author": {**author, "label": ""}, "link": link, **wrapped}


APP: dict[str, JSON] = {
    "im:name": {"label": "Lantern"},
    "im:artist": {"label": "Ours"},
    "id": {"label": "https://a.example"},
}


@dataclass
class Feed:
    """The feed of app 440, fifty reviews a page, ten pages; `bare` sends a single review without a list around it."""

    stores: dict[str, list[dict[str, JSON]]]
    bare: bool = True
    asked: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        match = FEED.match(asked.path)
        if match is None or asked.method != "GET" or asked.query or match["app"] != "440":
            return Reply(status=404)
        self.asked.append(f"{match['country']} {match['page']}")
        if match["country"] not in self.stores or not 1 <= int(match["page"]) <= 10:
            return Reply(status=400)
        reviews = sorted(self.stores[match["country"]], key=lambda one: str(one.get("updated")), reverse=True)
        start = 50 * (int(match["page"]) - 1)
        shown: list[JSON] = list(reviews[start : start + 50])
        feed: dict[str, JSON] = {"author": {}, "title": {"label": "Reviews"}, "updated": {"label": at(9999)}}
        if shown:
            feed["entry"] = shown[0] if len(shown) == 1 and self.bare else shown
        return Reply({"feed": feed}, headers={"Content-Type": "text/javascript; charset=utf-8"})


def review(number: int, **changed: JSON) -> dict[str, JSON]:
    """One review as App Store Connect shows it; an `answer` makes it one that was answered."""
    answer = changed.pop("answer", None)
    related: dict[str, JSON] = {"links": {"self": "https://api.appstoreconnect.apple.com/v1/x"}}
    if answer is not None:
        related["data"] = {"type": "customerReviewResponses", "id": f"answer-{number}"}
    attributes: dict[str, JSON] = {
        "rating": number % 5 + 1, "title": f"Lamp {number}", "body": f"The lamp {number} flickers",
        "reviewerNickname": f"player {number}", "createdDate": at(number), "territory": "USA", **changed,
    }  # fmt: skip
    return {
        "type": "customerReviews", "id": f"0000-{number:04d}", "attributes": attributes,
        "relationships": {"response": related}, "links": {"self": "https://api.appstoreconnect.apple.com/v1/y"},
        "answer": answer,
    }  # fmt: skip


@dataclass
class Connect:
    """App Store Connect with app 440. Pages are of `most`, so that few reviews make several."""

    reviews: list[dict[str, JSON]]
    most: int = 200
    left: int = 3000
    asked: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        if not apple_lets_in(asked):
            return Reply({"errors": [{"status": "401", "code": "NOT_AUTHORIZED"}]}, status=401)
        if asked.path != "/v1/apps/440/customerReviews" or asked.method != "GET":
            return Reply({"errors": [{"status": "404", "code": "NOT_FOUND"}]}, status=404)
        query = dict(asked.query)
        self.asked.append(dict(asked.query))
        start = int(query.pop("cursor", "0"))
        if query != {"limit": "200", "sort": "-createdDate", "include": "response"}:
            return Reply({"errors": [{"status": "400", "code": "PARAMETER_ERROR.ILLEGAL"}]}, status=400)
        ordered = sorted(self.reviews, key=lambda one: str(one["id"]), reverse=True)
        shown = ordered[start : start + self.most]
        links = {"self": "https://api.appstoreconnect.apple.com/v1/apps/440/customerReviews"}
        if start + self.most < len(ordered):
            links["next"] = f"{links['self']}?cursor={start + self.most}&limit=200&sort=-createdDate&include=response"
        included = [
            {"type": "customerReviewResponses", "id": f"answer-{str(one['id'])[-4:].lstrip('0')}",
             "attributes": {"responseBody": one["answer"], "state": "PUBLISHED", "lastModifiedDate": at(1)}}
            for one in shown if one["answer"] is not None
        ]  # fmt: skip
        data = [{name: value for name, value in one.items() if name != "answer"} for one in shown]
        meta = {"paging": {"total": len(ordered), "limit": 200}}
        limits = {"X-Rate-Limit": f"user-hour-lim:3500;user-hour-rem:{self.left};"}
        return Reply({"data": data, "included": included, "links": links, "meta": meta}, headers=limits)
