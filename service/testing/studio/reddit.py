"""Plays Reddit's API as PRAW 8 speaks it: a token for the app, listings of a subreddit, and looking posts up by name.

Shapes, refusals and headers follow recorded answers of the real one. What is asked goes in, an `Answer` comes out. What
the studio's account does there is in `reddit_account`.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from collectors.base import JSON
from service.testing.studio.conversation import Said
from service.testing.studio.ids import base36, external_id, number
from service.testing.studio.showing import Showing, Shown

SUBREDDIT = "TallowAndFinch"
PRIVATE_SUBREDDIT = "TallowAndFinchCrew"
CLIENT_ID = "sample"
CLIENT_SECRET = "sample"  # noqa: S105 (the made-up server's own, no secret)
REFRESH_TOKEN = "sample"  # noqa: S105 (the made-up server's own, no secret)
ACCOUNT = "TallowAndFinch"
"""The studio's account, which the refresh token lets in."""
SCOPES = "identity read history submit edit"
USER_AGENT = re.compile(r"[\w.-]+:[\w.-]+:v?\d[\w.-]* \(by /?u/[\w-]+\)")
"""<platform>:<app ID>:<version> (by /u/<user>), as Reddit's rules ask."""

Thing: TypeAlias = dict[str, Any]
"""{"kind": …, "data": …}"""

_DEFAULT_PAGE, _LARGEST_PAGE = 25, 100
_WINDOW = 600  # seconds; 100 requests a minute, counted over ten minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of the API."""

    body: JSON
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Gate:
    """Who may come in: gives tokens, knows them again, counts requests."""

    def __init__(self) -> None:
        self._tokens: set[str] = set()
        self._accounts: set[str] = set()  # tokens that let in the studio's account
        self._used = 0

    def token(self, authorization: str | None, grant_type: str, refresh_token: str = "") -> Answer:
        """The answer to POST /api/v1/access_token."""
        if _basic(authorization) != f"{CLIENT_ID}:{CLIENT_SECRET}":
            return refusal(401, "Unauthorized")
        if grant_type == "refresh_token" and refresh_token != REFRESH_TOKEN:
            return Answer(body={"error": "invalid_grant"}, status=400)
        if grant_type not in ("client_credentials", "refresh_token"):
            return Answer(body={"error": "unsupported_grant_type"}, status=400)
        token = secrets.token_urlsafe(24)
        account = grant_type == "refresh_token"
        (self._accounts if account else self._tokens).add(token)
        scope = SCOPES if account else "*"
        return Answer(body={"access_token": token, "token_type": "bearer", "expires_in": 86400, "scope": scope})

    def is_account(self, authorization: str | None) -> bool:
        """Whether the studio's account asks."""
        return _bearer(authorization) in self._accounts

    def refuses(self, authorization: str | None, user_agent: str | None) -> Answer | None:
        """The answer to a request that may not come in; None where it may."""
        if self.is_account(authorization):
            return None
        if barred := blocked(user_agent):
            return barred
        if _bearer(authorization) not in self._tokens:
            realm = 'Bearer realm="reddit", error="invalid_token"'
            return Answer(
                body={"message": "Unauthorized", "error": 401}, status=401, headers={"www-authenticate": realm}
            )
        return None

    def budget(self) -> dict[str, str]:
        """The rate limit's headers, as in the middle of a window: a well-paced client need not wait."""
        self._used += 1
        used = self._used % (_WINDOW // 2)
        return {
            "x-ratelimit-used": str(used),
            "x-ratelimit-remaining": f"{1000 - used}.0",
            "x-ratelimit-reset": str(_WINDOW // 2 - used),
        }


def blocked(user_agent: str | None) -> Answer | None:
    """The answer to a client that does not say properly who it is; None to others."""
    if USER_AGENT.search(user_agent or ""):
        return None
    return refusal(403, "Blocked: name your app as <platform>:<app ID>:<version> (by /u/<user>)")


def listing(showing: Showing, heard: Sequence[Said], names: str, what: str, query: Mapping[str, str]) -> Answer:
    """The answer to GET /r/{names}/{new|comments}: newest first, without what was deleted."""
    wanted = {name.lower() for name in names.split("+")}
    if PRIVATE_SUBREDDIT.lower() in wanted:
        return Answer(body={"reason": "private", "message": "Forbidden", "error": 403}, status=403)
    if wanted != {SUBREDDIT.lower()}:  # an unknown subreddit leads to the search for one
        return Answer(body="", status=302, headers={"location": f"/subreddits/search?q={names}"})
    kind = {"new": "t3_", "comments": "t1_"}.get(what)
    if kind is None:
        return not_found()
    things = [shown for shown in showing.of("reddit") if external_id(shown.post).startswith(kind)]
    said = [said_thing(showing, each) for each in heard] if kind == "t1_" else []
    return Answer(body=_page([*said, *(thing_of(showing, shown) for shown in things)], query))


def info(showing: Showing, heard: Sequence[Said], query: Mapping[str, str]) -> Answer:
    """The answer to GET /api/info?id=…: those that ever were, in the order asked; deleted ones without their author."""
    known = {external_id(shown.post): shown for shown in showing.posts if shown.post.source == "reddit"}
    said = {each.name: each for each in heard}
    names = query.get("id", "").split(",")[:_LARGEST_PAGE]
    found = [
        thing_of(showing, known[name]) if name in known else said_thing(showing, said[name])
        for name in names
        if name in known or name in said
    ]
    return Answer(body=wrap(found))


def not_found() -> Answer:
    """The answer to whatever the API does not have."""
    return refusal(404, "Not Found")


def _page(things: Sequence[Thing], query: Mapping[str, str]) -> JSON:
    """The page after or before a name. A name that is not there any more gives an empty page, as on Reddit."""
    names = [str(thing["data"]["name"]) for thing in things]
    limit = max(1, min(int(query["limit"]), _LARGEST_PAGE)) if query.get("limit", "").isdigit() else _DEFAULT_PAGE
    after, before = query.get("after"), query.get("before")
    if (after or before) and (after or before) not in names:
        return wrap([])
    if before and not after:
        stop = names.index(before)
        start = max(0, stop - limit)
        return wrap(things[start:stop], before=names[start] if start else None)
    start = names.index(after) + 1 if after else 0
    page = things[start : start + limit]
    more = start + limit < len(names)
    return wrap(page, after=names[start + limit - 1] if more else None, before=names[start] if after and page else None)


def wrap(children: Sequence[Thing], *, after: str | None = None, before: str | None = None) -> JSON:
    """Things as Reddit lists them."""
    data: JSON = {
        "after": after,
        "before": before,
        "children": [dict(child) for child in children],
        "dist": len(children),
        "modhash": None,
        "geo_filter": "",
    }
    return {"kind": "Listing", "data": data}


def thing_of(showing: Showing, shown: Shown) -> Thing:
    """A submission or comment of the sample."""
    name = external_id(shown.post)
    common: dict[str, JSON] = {
        "id": name[3:],
        "name": name,
        "subreddit": SUBREDDIT,
        "subreddit_id": "t5_" + base36(number(SUBREDDIT, 36**5)),
        "subreddit_name_prefixed": f"r/{SUBREDDIT}",
        "author": shown.writer.handle,
        "author_fullname": "t2_" + base36(number(shown.writer.key, 36**6)),
        "created": shown.created_at.timestamp(),
        "created_utc": shown.created_at.timestamp(),
        "edited": shown.edited_at.timestamp() if shown.edited_at else False,
        "score": 1 + number(shown.post.id + "score", 80),
        "locked": False,
        "stickied": False,
        "archived": False,
        "distinguished": None,
    }
    common |= _submission(showing, shown, name) if name.startswith("t3_") else _comment(showing, shown, name)
    return {"kind": name[:2], "data": common | (_gone(shown) if shown.deleted else {})}


def said_thing(showing: Showing, said: Said) -> Thing:
    """A comment that was written while the sample runs."""
    thread = next(shown for shown in showing.posts if external_id(shown.post) == said.thread)
    writer = next((shown.writer for shown in showing.posts if shown.writer.key == said.writer), None)
    data: dict[str, JSON] = {
        "id": said.name[3:],
        "name": said.name,
        "subreddit": SUBREDDIT,
        "subreddit_id": "t5_" + base36(number(SUBREDDIT, 36**5)),
        "subreddit_name_prefixed": f"r/{SUBREDDIT}",
        "author": writer.handle if writer else ACCOUNT,
        "author_fullname": "t2_" + base36(number(said.writer or ACCOUNT, 36**6)),
        "created": said.at,
        "created_utc": said.at,
        "edited": said.edited_at or False,
        "score": 1,
        "locked": False,
        "stickied": False,
        "archived": False,
        "distinguished": None,
        "body": said.text,
        "parent_id": said.parent,
        **_below(thread, said.name),
        "is_submitter": thread.writer.key == said.writer,
        "replies": "",
    }
    return {"kind": "t1", "data": data}


def _submission(showing: Showing, shown: Shown, name: str) -> dict[str, JSON]:
    answers = [other for other in showing.of("reddit") if other.post.parent == shown.post.id]
    permalink = f"/r/{SUBREDDIT}/comments/{name[3:]}/{_slug(shown.heading or '')}/"
    return {
        "title": shown.heading,
        "selftext": shown.text,
        "is_self": True,
        "over_18": False,
        "link_flair_text": shown.title.name,
        "removed_by_category": None,
        "num_comments": len(answers),
        "upvote_ratio": 0.5 + number(name, 50) / 100,
        "permalink": permalink,
        "url": f"https://www.reddit.com{permalink}",
    }


def _comment(showing: Showing, shown: Shown, name: str) -> dict[str, JSON]:
    thread = thread_of(showing, shown)
    above = next(other for other in showing.posts if other.post.id == shown.post.parent)
    return {
        "body": shown.text,
        "parent_id": external_id(above.post),
        **_below(thread, name),
        "is_submitter": thread.writer.key == shown.writer.key,
        "replies": "",
    }


def _below(thread: Shown, name: str) -> dict[str, JSON]:
    """Where a comment stands."""
    link = external_id(thread.post)
    place = f"/r/{SUBREDDIT}/comments/{link[3:]}/{_slug(thread.heading or '')}/"
    return {
        "link_id": link,
        "link_title": thread.heading,
        "link_author": thread.writer.handle,
        "link_permalink": f"https://www.reddit.com{place}",
        "permalink": f"{place}{name[3:]}/",
    }


def thread_of(showing: Showing, shown: Shown) -> Shown:
    """The submission that a comment stands under."""
    while shown.post.parent is not None:
        parent = shown.post.parent
        shown = next(other for other in showing.posts if other.post.id == parent)
    return shown


def _gone(shown: Shown) -> dict[str, JSON]:
    """What is left of a post: spam was removed by a moderator, the rest deleted by its author."""
    word = "[removed]" if shown.post.truth.spam else "[deleted]"
    left: dict[str, JSON] = {"author": "[deleted]", "author_fullname": None, "edited": False}
    if shown.post.parent is not None:
        return left | {"body": word}
    return left | {"selftext": word, "removed_by_category": "moderator" if shown.post.truth.spam else "deleted"}


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.lower())[:50].strip("_") or "post"


def _bearer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _basic(authorization: str | None) -> str | None:
    scheme, _, given = (authorization or "").partition(" ")
    try:
        return base64.b64decode(given, validate=True).decode() if scheme.lower() == "basic" else None
    except (binascii.Error, UnicodeDecodeError):
        return None


def refusal(status: int, message: str) -> Answer:
    """How Reddit says no."""
    return Answer(body={"message": message, "error": status}, status=status)
