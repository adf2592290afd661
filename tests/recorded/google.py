"""Made-up Google: reviews of an app by the publisher's API and by the store's pages, reviews of a place, comments."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from collectors.base import JSON
from tests.recorded.signing import GoogleSignIn, refused
from tests.recorded.web import Asked, Reply

BEGIN = 1_790_000_000  # 2026-09-21; posts are a minute apart
PACKAGE = "com.example.lantern"
PUBLISHER = "https://www.googleapis.com/auth/androidpublisher"


def play_review(number: int, *, answer: str | None = None, changed: int | None = None, **said: JSON) -> dict[str, JSON]:
    """One review as androidpublisher shows it."""
    when: JSON = {"seconds": str(changed or BEGIN + 60 * number), "nanos": 525000000}
    comment: dict[str, JSON] = {
        "text": f"The lamp {number} flickers", "lastModified": when, "starRating": number % 5 + 1,
        "reviewerLanguage": "en_US", "appVersionName": "2.1.0", "thumbsUpCount": 2, **said,
    }  # fmt: skip
    comments: list[JSON] = [{"userComment": comment}]
    if answer is not None:
        comments.append({"developerComment": {"text": answer, "lastModified": when}})
    return {"reviewId": f"gp:{number}", "authorName": f"player {number}", "comments": comments}


@dataclass
class Publisher:
    """reviews.list of one app; `most` makes several pages of few reviews."""

    reviews: list[dict[str, JSON]]
    most: int = 100
    sign_in: GoogleSignIn = field(default_factory=lambda: GoogleSignIn(scope=PUBLISHER))
    asked: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/token":
            return self.sign_in(asked)
        if not self.sign_in.lets_in(asked):
            return refused(401, "authError")
        if asked.method != "GET" or asked.path != f"/androidpublisher/v3/applications/{PACKAGE}/reviews":
            return refused(404, "applicationNotFound")
        self.asked.append(dict(asked.query))
        if asked.query.keys() - {"maxResults", "token"}:
            return refused(400, "badRequest")
        start = int(asked.query.get("token", "0"))
        shown = sorted(self.reviews, key=_changed, reverse=True)[start : start + self.most]
        answer: dict[str, JSON] = {"reviews": list(shown)} if shown else {}
        if start + self.most < len(self.reviews):
            answer["tokenPagination"] = {"nextPageToken": str(start + self.most)}
        return Reply(answer)


def _changed(review: dict[str, JSON]) -> int:
    return int(json.dumps(review["comments"]).partition('"seconds": "')[2].partition('"')[0] or 0)


def page_review(number: int, *, answer: str | None = None, changed: int | None = None, text: JSON = "") -> list[JSON]:
    """One review as the store's page gets it: a list whose places have a meaning each."""
    when = changed or BEGIN + 60 * number
    face: list[JSON] = [None, 2, None, [None, None, "https://faces.example/a"]]
    return [
        f"r-{number}", [f"player {number}", face], number % 5 + 1, None, text or f"The lamp {number} flickers",
        [when, 316000000], 7, ["Ours", answer, [when, 0]] if answer else None, None,
        ["114313695647212242832", f"player {number}", None, face], "2.1.0", None, [[["vaf_lamps"]]],
    ]  # fmt: skip


@dataclass
class StorePages:
    """The batchexecute of the store for one app, a list for each language."""

    reviews: dict[str, list[list[JSON]]]
    most: int = 100
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        form = dict(parse_qsl(asked.body.decode()))
        right = asked.query.keys() == {"hl", "gl", "rpcids"} and form.keys() == {"f.req"}
        if asked.method != "POST" or asked.path != "/_/PlayStoreUi/data/batchexecute" or not right:
            return Reply("Error 400", status=400)
        [[[name, inner, none, generic]]] = json.loads(form["f.req"])
        nothing, [two, newest, paging, no, filters], [package, seven] = json.loads(inner)
        assert (name, asked.query["rpcids"], none, generic) == ("oCPfdb", "oCPfdb", None, "generic")
        assert (nothing, two, newest, no, filters, seven, paging[0]) == (None, 2, 2, None, [None] * 9, 7, 100)
        self.asked.append((asked.query["hl"], paging[2] if len(paging) > 1 else None))
        if package != PACKAGE:
            return self.row(None, [5])
        start = int(paging[2].removeprefix("Ci")) if len(paging) > 1 else 0
        ordered = sorted(self.reviews.get(asked.query["hl"], []), key=lambda one: json.dumps(one[5]), reverse=True)
        shown = ordered[start : start + self.most]
        onward = [None, f"Ci{start + self.most}"] if start + self.most < len(ordered) else [None, None]
        return self.row(json.dumps([shown, onward, None] if shown else []), None)

    @staticmethod
    def row(payload: str | None, error: JSON) -> Reply:
        """An answer as it is sent, with what Google writes before all JSON."""
        rows = [["wrb.fr", "oCPfdb", payload, None, None, error, "generic"], ["di", 68], ["af.httprm", 67, "8", 1]]
        return Reply(f")]}}'\n\n{json.dumps(rows, indent=1)}")


def place_review(number: int, *, updated: int | None = None, **changed: JSON) -> dict[str, JSON]:
    """One review of a place."""
    words = ["ONE", "TWO", "THREE", "FOUR", "FIVE"]
    return {
        "name": f"accounts/1/locations/2/reviews/p{number}", "reviewId": f"p{number}",
        "reviewer": {"displayName": f"guest {number}", "profilePhotoUrl": "https://faces.example/b"},
        "starRating": words[number % 5], "comment": f"The lamps of table {number} flicker",
        "createTime": _iso(BEGIN + 60 * number), "updateTime": _iso(updated or BEGIN + 60 * number), **changed,
    }  # fmt: skip


@dataclass
class Places:
    """The reviews of accounts/1/locations/2, fifty a page, or `most`."""

    reviews: list[dict[str, JSON]]
    most: int = 50
    sign_in: GoogleSignIn = field(default_factory=GoogleSignIn)
    asked: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/token":
            return self.sign_in(asked)
        if not self.sign_in.lets_in(asked):
            return refused(401, "UNAUTHENTICATED")
        if asked.method != "GET" or asked.path != "/v4/accounts/1/locations/2/reviews":
            return refused(404, "NOT_FOUND")
        query = dict(asked.query)
        self.asked.append(dict(asked.query))
        start = int(query.pop("pageToken", "0")) if query.get("pageToken", "0").isdigit() else -1
        query.pop("pageToken", None)
        if query != {"pageSize": "50", "orderBy": "updateTime desc"} or start < 0:
            return refused(400, "INVALID_ARGUMENT")
        ordered = sorted(self.reviews, key=lambda one: str(one["updateTime"]), reverse=True)
        shown = ordered[start : start + self.most]
        answer: dict[str, JSON] = {"averageRating": 4.1, "totalReviewCount": len(ordered)} if ordered else {}
        if shown:
            answer["reviews"] = list(shown)
        if start + self.most < len(ordered):
            answer["nextPageToken"] = str(start + self.most)
        return Reply(answer)


def comment(name: str, number: int, **changed: JSON) -> dict[str, JSON]:
    """One comment as the Data API shows it."""
    snippet: dict[str, JSON] = {
        "authorDisplayName": f"@player{number}", "authorProfileImageUrl": "https://faces.example/c",
        "authorChannelUrl": f"http://www.youtube.com/@player{number}", "authorChannelId": {"value": f"UCp{number}"},
        "textDisplay": f"My lamp {number} flickers <3", "canRate": True, "viewerRating": "none", "likeCount": number,
        "publishedAt": _iso(BEGIN + 60 * number), "updatedAt": _iso(BEGIN + 60 * number), **changed,
    }  # fmt: skip
    return {"kind": "youtube#comment", "id": name, "snippet": snippet}


def thread(number: int, *, answers: int = 0, video: str = "lantern0001", **changed: JSON) -> dict[str, JSON]:
    """A thread below a video, with its answers in a place of their own."""
    top = comment(f"Ug{number}", number, **changed)
    replies = [comment(f"Ug{number}.a{n}", number + n + 1, parentId=f"Ug{number}") for n in range(answers)]
    snippet: JSON = {"videoId": video, "channelId": "UC1", "topLevelComment": top, "totalReplyCount": answers}
    return {"kind": "youtube#commentThread", "id": f"Ug{number}", "snippet": snippet, "answers": list(replies)}


@dataclass
class Tube:
    """commentThreads and comments below lantern0001; a thread shows its first two answers, as YouTube shows some."""

    threads: list[dict[str, JSON]]
    most: int = 100
    asked: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        if asked.headers.get("x-goog-api-key") != "tube" or "key" in asked.query:
            return refused(403, "forbidden")
        query = dict(asked.query)
        self.asked.append({"path": asked.path, **query})
        if asked.method != "GET" or query.pop("textFormat", "") != "plainText":
            return refused(400, "badRequest")
        if asked.path == "/youtube/v3/commentThreads":
            return self._threads(query)
        return self._comments(query) if asked.path == "/youtube/v3/comments" else refused(404, "notFound")

    def _threads(self, query: dict[str, str]) -> Reply:
        if query.keys() == {"part", "id"}:
            names, shown = query["id"].split(","), 2 if "replies" in query["part"] else 0
            return self._page(
                [_shown(one, shown) for one in self.threads if one["id"] in names and len(names) <= 50], {}
            )
        if query.get("videoId", "lantern0001") != "lantern0001":
            return refused(403, "commentsDisabled")
        if query.keys() - {"pageToken"} - {"videoId", "allThreadsRelatedToChannelId"} != {
            "part",
            "order",
            "maxResults",
        }:
            return refused(400, "badRequest")
        ordered = sorted(self.threads, key=lambda one: json.dumps(one).partition("publishedAt")[2], reverse=True)
        return self._page([_shown(one, 2 if "replies" in query["part"] else 0) for one in ordered], query)

    def _comments(self, query: dict[str, str]) -> Reply:
        answers = [(one["id"], answer) for one in self.threads for answer in _answers(one)]
        if query.keys() == {"part", "id"} and len(query["id"].split(",")) <= 50:
            return self._page([answer for _, answer in answers if answer["id"] in query["id"].split(",")], {})
        if query.keys() - {"pageToken"} != {"part", "parentId", "maxResults"}:
            return refused(400, "badRequest")
        return self._page([answer for name, answer in answers if name == query["parentId"]], query)

    def _page(self, items: list[dict[str, JSON]], query: dict[str, str]) -> Reply:
        if query.get("pageToken", "0").isdigit() is False:
            return refused(400, "invalidPageToken")
        start = int(query.get("pageToken", "0"))
        more = {"nextPageToken": str(start + self.most)} if start + self.most < len(items) else {}
        return Reply({"items": items[start : start + self.most], "pageInfo": {"totalResults": len(items)}, **more})


def _answers(one: dict[str, JSON]) -> list[dict[str, JSON]]:
    answers = one["answers"]
    return [answer for answer in answers if isinstance(answer, dict)] if isinstance(answers, list) else []


def _shown(one: dict[str, JSON], most: int) -> dict[str, JSON]:
    bare: dict[str, JSON] = {name: value for name, value in one.items() if name != "answers"}
    some: list[JSON] = [*_answers(one)[:most]]
    return {**bare, "replies": {"comments": some}} if some else bare


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", ".806781Z")
