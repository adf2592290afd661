"""Comments on Reddit, below a submission or another comment, from the account that let our application in.

By Reddit's API itself (reddit.com/dev/api) and not by PRAW, with which we listen: that sends a request again after a
broken connection or a 5xx, a comment too, and Reddit has nothing to know the second one by.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from integrations import parts, reddit
from integrations.answers import arrived, checked, moment
from integrations.base import JSON, Finding, Receipt, Secret
from integrations.likeness import as_written, bare, calling_nobody
from integrations.net import Door, Heard
from integrations.replies import Answer, Markup, Place, Replier, ReplierSpec, ReplyRules, Standing
from integrations.tokens import Exchanged

SITE, API = "https://www.reddit.com", "https://oauth.reddit.com"
_KEYS = ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "REDDIT_REFRESH_TOKEN")
_AGENT = "python:earful:0.1"
_SCOPES = {"identity", "read", "history", "submit", "edit"}
_GONE = {"[deleted]", "[removed]", "[ Removed by Reddit ]", "[deleted by user]"}
_NAMES = re.compile(r"(?<![\w/])/?u/(?=[\w-])", re.IGNORECASE)
_WHAT_TO_DO = (
    f"Check {', '.join(_KEYS)}: Reddit must have approved the use, and the account must be welcome where it answers."
)


class Reddit:
    """Answers with one account."""

    def __init__(self, base: str | None, client_id: str, client_secret: str, refresh_token: str) -> None:
        basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._bearer = Exchanged(
            f"{base or SITE}/api/v1/access_token",
            lambda: {"grant_type": "refresh_token", "refresh_token": refresh_token},
            whose="Reddit",
            what_to_do=_WHAT_TO_DO,
            headers={"Authorization": f"Basic {basic}", "User-Agent": _AGENT},
        )
        self._home = Door(
            base or API,
            name="Reddit",
            what_to_do=_WHAT_TO_DO,
            headers={"User-Agent": _AGENT},
            verdict=reddit.verdict,
            bearer=self._bearer,
        )
        self._me = ""

    def look(self, place: Place) -> Standing:
        """The submission or comment, whether its thread is open, and the comments below it; see `Replier.look`."""
        thread = place.thread_id or place.external_id
        names = ",".join(dict.fromkeys([place.external_id, thread]))
        found = self._door(place).read("/api/info", params={"id": names, "raw_json": "1"})
        things = {parts.words(thing, "name"): thing for thing in self._things(found)}
        thing = things.get(place.external_id, {})
        text = parts.words(thing, "body") or parts.words(thing, "selftext")
        if not thing or text in _GONE or parts.words(thing, "removed_by_category"):
            return Standing(exists=False)
        why = _why_not([thing, things.get(thread, {})])
        edited = thing.get("edited")
        return Standing(
            exists=True,
            text=text or parts.words(thing, "title"),
            title=parts.words(thing, "title") or None,
            edited_at=None if isinstance(edited, bool) else moment(edited),
            answers=self._below(place, thread),
            may_answer=not why,
            why_not=why,
        )

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """See `Replier.send`. Reddit takes no key."""
        del key
        said = {"thing_id": place.external_id, "text": calling_nobody(text, sign=_NAMES)}
        return self._written("/api/comment", said, place)

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """See `Replier.find`: among our account's own comments, which show at once what a thread may hide."""
        del key
        answers = list(self._ours(place, after - timedelta(hours=1)))
        return arrived(answers, text, address=_thread(place), after=after, reading=bare)

    def edit(self, text: str, *, place: Place, receipt: Receipt) -> Receipt:
        """See `Edits.edit`."""
        said = {"thing_id": receipt.remote_id, "text": calling_nobody(text, sign=_NAMES)}
        return self._written("/api/editusertext", said, place)

    def delete(self, *, place: Place, receipt: Receipt) -> None:
        """See `Deletes.delete`."""
        self._door(place).ask("POST", "/api/del", form={"id": receipt.remote_id})

    def check(self) -> Sequence[Finding]:
        """See `Checks.check`: whose account it is, and what it let us do."""
        self._me = ""
        findings = checked(lambda: f"Replies come from u/{self._whose()}.")
        missing = sorted(_SCOPES - set(self._bearer.scope.replace(",", " ").split()))
        if findings[0].ok and missing and self._bearer.scope != "*":
            fix = f"Let the application in anew, with the scopes {', '.join(sorted(_SCOPES))}."
            findings.append(Finding(ok=False, text=f"The account did not allow {', '.join(missing)}.", what_to_do=fix))
        return findings

    def _door(self, place: Place) -> Door:
        """Reddit wants each program to name the person behind it."""
        account = place.options.get("account")
        return self._home.plus({"User-Agent": f"{_AGENT} (by /u/{account})"}) if account else self._home

    def _written(self, path: str, said: Mapping[str, str], place: Place) -> Receipt:
        heard = self._door(place).ask("POST", path, form={"api_type": "json", "raw_json": "1", **said})
        comment = heard.get("json", "data", "things", 0, "data")
        if not parts.words(comment, "name"):  # of a comment in a place under quarantine Reddit shows nothing
            raise self._home.strange(writing=True)
        return Receipt(address=_thread(place), remote_id=parts.words(comment, "name"), url=_page(comment))

    def _things(self, heard: Heard) -> list[Mapping[str, JSON]]:
        children = heard.get("data", "children")
        if not isinstance(children, list):
            raise self._home.strange(writing=False)
        return [thing for child in children if isinstance(thing := parts.get(child, "data"), Mapping)]

    def _below(self, place: Place, thread: str) -> list[Answer]:
        """The first comments right below a post."""
        asked = {"depth": "2", "limit": "100", "sort": "new", "raw_json": "1"}
        comment = place.external_id.startswith("t1_")
        focus = {"comment": place.external_id[3:]} if comment else {}
        found = self._door(place).read(f"/comments/{thread[3:]}", params={**asked, **focus})
        if not isinstance(found.get(1, "data", "children"), list):
            raise self._home.strange(writing=False)
        children = parts.objects(found.body, 1, "data", "children")
        if comment:
            children = [
                reply for child in children for reply in parts.objects(child, "data", "replies", "data", "children")
            ]
        below = [thing for child in children if isinstance(thing := parts.get(child, "data"), Mapping)]
        me = self._whose()
        return [_answer(thing, me) for thing in below if parts.words(thing, "parent_id") == place.external_id]

    def _ours(self, place: Place, since: datetime) -> Iterator[Answer]:
        """Our comments below a post, newest first, down to a moment."""
        me, after = self._whose(), ""
        while True:
            asked = {"sort": "new", "limit": "100", "raw_json": "1", **({"after": after} if after else {})}
            found = self._door(place).read(f"/user/{me}/comments", params=asked)
            comments = self._things(found)
            yield from (_answer(one, me) for one in comments if parts.words(one, "parent_id") == place.external_id)
            oldest = moment(comments[-1].get("created_utc")) if comments else None
            after = found.words("data", "after")
            if not after or oldest is None or oldest < since:
                return

    def _whose(self) -> str:
        if not self._me:
            self._me = self._home.read("/api/v1/me").words("name")
            if not self._me:
                raise self._home.strange(writing=False)
        return self._me


def _why_not(things: Sequence[Mapping[str, JSON]]) -> str:
    if any(thing.get("locked") is True for thing in things):
        return "The thread is locked."
    if any(thing.get("archived") is True for thing in things):
        return "The thread is archived: Reddit takes no more comments there."
    return ""


def _answer(comment: Mapping[str, JSON], me: str) -> Answer:
    author = parts.words(comment, "author")
    ours = author.lower() == me.lower()
    text = parts.words(comment, "body")
    return Answer(
        remote_id=parts.words(comment, "name"),
        text=as_written(text) if ours else text,
        by=author,
        ours=ours,
        at=moment(comment.get("created_utc")),
        url=_page(comment),
    )


def _thread(place: Place) -> str:
    return place.thread_id or place.external_id


def _page(comment: JSON) -> str | None:
    path = parts.words(comment, "permalink")
    return f"{SITE}{path}" if path.startswith("/") else None


def build(base: str | None, secrets: Mapping[str, str]) -> Replier:
    """Answers with the account that the refresh token belongs to."""
    return Reddit(base, *(secrets[name] for name in _KEYS))


_APPS = (
    "https://www.reddit.com/prefs/apps, after Reddit has approved the use (support.reddithelp.com, Data API request)"
)

SPEC = ReplierSpec(
    kind="reddit",
    rules=ReplyRules(
        limit=10_000,
        markup=Markup.MARKDOWN,
        edits=True,
        deletes=True,
        read_as="{id}",
        notes=(
            "Say for whom you speak: many subreddits forbid advertising, and some forbid companies altogether.",
            "Reddit reads Markdown; names written u/name are put so that nobody is called.",
            "New accounts may have to wait some minutes between two comments.",
        ),
        seconds_apart=10.0,
    ),
    secrets=(
        Secret(name=_KEYS[0], where=_APPS),
        Secret(name=_KEYS[1], where=_APPS),
        Secret(
            name=_KEYS[2],
            where="https://praw.readthedocs.io/en/stable/tutorials/refresh_token.html, with the scopes identity, read, "
            "history, submit and edit",
        ),
    ),
    build=build,
)
