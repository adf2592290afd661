"""Answers to comments on YouTube, by the Data API as the user of a channel (a key alone can only read).

Facts come from developers.google.com/youtube/v3/docs/comments: there is one level of answers, so whoever answers an
answer writes below the first comment and addresses its author. Of a day's 10,000 units an answer costs 50, a look 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qs, quote, urlsplit

from integrations import google
from integrations.answers import arrived, checked, moment, plain
from integrations.base import JSON, Finding, MessageRejected, Receipt, Secret, TargetRefused
from integrations.net import Door, Heard
from integrations.parts import obj, words
from integrations.replies import Answer, Place, Replier, ReplierSpec, ReplyRules, Standing
from integrations.tokens import google_user

HOME = "https://www.googleapis.com"
_API = "/youtube/v3"
_SCOPE = "https://www.googleapis.com/auth/youtube.force-ssl"
_PREFIX = "YOUTUBE"
_WHAT_TO_DO = (
    f"Check {_PREFIX}_CLIENT_ID, _CLIENT_SECRET and _REFRESH_TOKEN, given for a user with a channel and the scope "
    "youtube.force-ssl."
)
_PLAIN = {"part": "snippet", "textFormat": "plainText"}
_ID = re.compile(r"[\w-]+(?:\.[\w-]+)?\Z")
_PAGES = 20  # of a hundred answers each; YouTube takes 500 below a comment


class YouTube:
    """Answers as one channel."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._mine = ""

    def __repr__(self) -> str:
        return f"YouTube({self._door!r})"

    def look(self, place: Place) -> Standing:
        """The comment, and the answers below the first comment of its thread."""
        name, top = _names(place)
        threads = self._items(self._door.read(f"{_API}/commentThreads", params={**_PLAIN, "id": top}))
        if not threads:
            return Standing(exists=False)
        thread = obj(threads[0], "snippet")
        first = obj(thread, "topLevelComment")
        answers = list(self._below(top))
        comment = first if name == top else next((one for one in answers if one.get("id") == name), {})
        if not comment:
            return Standing(exists=False)
        said = obj(comment, "snippet")
        created, changed = moment(said.get("publishedAt")), moment(said.get("updatedAt"))
        may = thread.get("canReply") is not False
        return Standing(
            exists=True,
            text=_words(said),
            edited_at=changed if changed != created else None,
            answers=[self._answer(one, place) for one in answers if one is not comment],
            may_answer=may,
            why_not="" if may else "YouTube takes no answers to this comment, or not from our channel.",
        )

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """Answer below the first comment of the thread."""
        del key  # YouTube keeps none
        snippet = {"parentId": _names(place)[1], "textOriginal": _addressed(text, place)}
        heard = self._door.ask("POST", f"{_API}/comments", params={"part": "snippet"}, json={"snippet": snippet})
        return self._receipt(heard, place)

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """By our channel and the words."""
        del key
        top = _names(place)[1]
        try:
            answers = [self._answer(one, place) for one in self._below(top)]
        except MessageRejected:
            if self.look(place).exists:
                raise
            return None
        return arrived(answers, _addressed(text, place), address=top, after=after)

    def edit(self, text: str, *, place: Place, receipt: Receipt) -> Receipt:
        """Write the answer anew; YouTube marks it as edited."""
        changed: JSON = {"id": receipt.remote_id, "snippet": {"textOriginal": _addressed(text, place)}}
        return self._receipt(self._door.ask("PUT", f"{_API}/comments", params={"part": "snippet"}, json=changed), place)

    def delete(self, *, place: Place, receipt: Receipt) -> None:
        """Delete the answer."""
        del place
        self._door.ask("DELETE", f"{_API}/comments", params={"id": receipt.remote_id}, gone=True)

    def check(self) -> Sequence[Finding]:
        """Which channel would answer."""

        def ask() -> str:
            self._mine = ""
            return f"Answers are written by the channel {self._channel()[1]}."

        return checked(ask)

    def _channel(self) -> tuple[str, str]:
        """Our channel's id and name."""
        items = self._items(self._door.read(f"{_API}/channels", params={"part": "snippet", "mine": "true"}))
        if not items:
            raise TargetRefused("The user who let us in has no channel on YouTube.", what_to_do=_WHAT_TO_DO)
        return words(items[0], "id"), words(items[0], "snippet", "title")

    def _below(self, top: str) -> Iterator[Mapping[str, JSON]]:
        """All answers below a first comment. Raises TargetBusy where there is no end of them: none may be missed."""
        asked = {**_PLAIN, "parentId": top, "maxResults": "100"}
        for _ in range(_PAGES):
            heard = self._door.read(f"{_API}/comments", params=asked)
            yield from self._items(heard)
            asked = {**asked, "pageToken": heard.words("nextPageToken")}
            if not asked["pageToken"]:
                return
        raise self._door.strange(writing=False)

    def _answer(self, comment: Mapping[str, JSON], place: Place) -> Answer:
        self._mine = self._mine or self._channel()[0]
        said, name = obj(comment, "snippet"), words(comment, "id")
        return Answer(
            remote_id=name,
            text=_words(said),
            by=words(said, "authorDisplayName"),
            ours=words(said, "authorChannelId", "value") == self._mine,
            at=moment(said.get("publishedAt")),
            url=_address(name, place),
        )

    def _receipt(self, heard: Heard, place: Place) -> Receipt:
        name = heard.words("id")
        if not _ID.match(name):
            raise self._door.strange(writing=True)
        return Receipt(address=_names(place)[1], remote_id=name, url=_address(name, place))

    def _items(self, heard: Heard) -> list[Mapping[str, JSON]]:
        if not isinstance(heard.get("items"), list):
            raise self._door.strange(writing=False)
        return heard.objects("items")


def _names(place: Place) -> tuple[str, str]:
    """The comment's id, and that of the first comment of its thread: an answer's id begins with it."""
    if not _ID.match(place.external_id):
        raise MessageRejected("The comment's id is not like one of YouTube's.")
    return place.external_id, place.external_id.partition(".")[0]


def _addressed(text: str, place: Place) -> str:
    """The words, with the author's handle before them where the author is one of several below the first comment."""
    handle = f"@{(place.handle or '').lstrip('@')}"
    several = "." in place.external_id and len(handle) > 1
    return f"{handle} {text}" if several and not plain(text).startswith(handle) else text


def _address(name: str, place: Place) -> str | None:
    video = parse_qs(urlsplit(place.url or "").query).get("v")
    return f"https://www.youtube.com/watch?v={quote(video[0])}&lc={quote(name)}" if video else None


def _words(said: Mapping[str, JSON]) -> str:
    return words(said, "textOriginal") or words(said, "textDisplay")


def build(base_url: str | None, secrets: Mapping[str, str]) -> Replier:
    """The replier for the user who let our application in."""
    bearer = google_user(secrets, _PREFIX, base_url=base_url, what_to_do=_WHAT_TO_DO)
    return YouTube(
        Door(base_url or HOME, name="YouTube", what_to_do=_WHAT_TO_DO, verdict=google.verdict, bearer=bearer)
    )


_WHERE = "https://console.cloud.google.com/apis/credentials (an OAuth client, with the YouTube Data API v3 on)."
_PLAYGROUND = "https://developers.google.com/oauthplayground"

SPEC = ReplierSpec(
    kind="youtube",
    rules=ReplyRules(
        limit=10_000,
        edits=True,
        deletes=True,
        read_as="{id}",
        notes=(
            "The answer stands below the first comment of the thread, in the name of our channel.",
            "An answer to an answer begins with the author's handle, which we put there and which counts.",
            "Words between *, _ and - become bold, slanted and struck out, where they stand free.",
            "Two hundred answers use up a day's quota.",
        ),
    ),
    secrets=(
        Secret(name=f"{_PREFIX}_CLIENT_ID", where=_WHERE),
        Secret(name=f"{_PREFIX}_CLIENT_SECRET", where=_WHERE),
        Secret(
            name=f"{_PREFIX}_REFRESH_TOKEN",
            where=f"{_PLAYGROUND}, scope {_SCOPE}, signed in as the user of the channel.",
        ),
    ),
    build=build,
)
