"""Answers to reviews in Google Play, by the Android Publisher API with the service account that also listens.

Facts come from developers.google.com/android-publisher/reply-to-reviews: one answer a review, which a later one
replaces; none can be taken back by a program. Tags of HTML are cut out of answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from integrations import google
from integrations.answers import arrived, checked, moment, plain
from integrations.base import JSON, Finding, MessageRejected, Receipt, Secret
from integrations.net import Door, Heard
from integrations.parts import get, obj, words
from integrations.replies import Answer, Place, Replier, ReplierSpec, ReplyRules, Shown, Standing
from integrations.tokens import Exchanged, google_service_account

HOME = "https://androidpublisher.googleapis.com"
_SCOPE = "https://www.googleapis.com/auth/androidpublisher"
_WHAT_TO_DO = "Check GOOGLE_PLAY_SERVICE_ACCOUNT, and that the account has “Reply to reviews” in the Play Console."
_TAG = re.compile(r"<[^<>]*>")


class GooglePlay:
    """Answers as the developer of an app."""

    def __init__(self, door: Door, bearer: Exchanged) -> None:
        self._door, self._bearer = door, bearer

    def __repr__(self) -> str:
        return f"GooglePlay({self._door!r})"

    def look(self, place: Place) -> Standing:
        """The review with its stars, and our answer. One that Google no longer shows counts as gone."""
        heard = self._door.read(_path(place), gone=True)
        if heard.status >= 400:
            return Standing(exists=False)
        said, answer = _newest(heard, "userComment"), _newest(heard, "developerComment")
        if not said:
            raise self._door.strange(writing=False)
        stars, whole = words(said, "starRating"), words(said, "originalText") or words(said, "text")
        title, tab, body = whole.partition("\t")  # older reviews have a title before a tab
        return Standing(
            exists=True,
            text=body if tab else whole,
            title=title.strip() or None if tab else None,
            rating=f"{stars}/5" if stars else None,
            edited_at=moment(get(said, "lastModified", "seconds")),
            answers=[_answer(place, answer)] if answer else [],
        )

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """Put our answer, in the place of one that stands there."""
        del key  # a review has one answer: a second sending changes nothing
        heard = self._door.ask("POST", f"{_path(place)}:reply", json={"replyText": text})
        if not heard.words("result", "replyText"):
            raise self._door.strange(writing=True)
        return Receipt(address=_package(place), remote_id=place.external_id)

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """By the words of the answer: Google cuts tags out of them."""
        del key
        return arrived(self.look(place).answers, text, address=_package(place), after=after, reading=_cut)

    def edit(self, text: str, *, place: Place, receipt: Receipt) -> Receipt:
        """Put the answer anew."""
        return self.send(text, place=place, key=receipt.remote_id)

    def check(self) -> Sequence[Finding]:
        """Whether Google takes the key. Whether it may answer is known once a review is looked at."""

        def ask() -> str:
            self._bearer.forget()
            self._bearer.token()
            return "Google takes the service account's key."

        return checked(ask)


def _package(place: Place) -> str:
    package = place.options.get("package")
    if not isinstance(package, str):
        raise MessageRejected("The source does not name the app (package), so the review cannot be found.")
    return package


def _path(place: Place) -> str:
    package, review = quote(_package(place), safe=""), quote(place.external_id, safe="")
    return f"/androidpublisher/v3/applications/{package}/reviews/{review}"


def _newest(heard: Heard, name: str) -> Mapping[str, JSON]:
    found = [comment for one in heard.objects("comments") if (comment := obj(one, name))]
    return found[-1] if found else {}


def _answer(place: Place, answer: Mapping[str, JSON]) -> Answer:
    return Answer(
        remote_id=place.external_id,
        text=words(answer, "text"),
        by="developer",
        ours=True,
        at=moment(get(answer, "lastModified", "seconds")),
    )


def _cut(text: str) -> str:
    return plain(_TAG.sub("", text))


def build(base_url: str | None, secrets: Mapping[str, str]) -> Replier:
    """The replier for the service account's key."""
    bearer = google_service_account(
        secrets["GOOGLE_PLAY_SERVICE_ACCOUNT"], scope=_SCOPE, base_url=base_url, what_to_do=_WHAT_TO_DO
    )
    door = Door(base_url or HOME, name="Google Play", what_to_do=_WHAT_TO_DO, verdict=google.verdict, bearer=bearer)
    return GooglePlay(door, bearer)


SPEC = ReplierSpec(
    kind="google_play",
    rules=ReplyRules(
        shown=Shown(
            within_seconds=3600.0,
            why="Google names no time. An hour is ours: a second answer only takes the first one's place.",
        ),
        limit=350,
        one_for_each_post=True,
        edits=True,
        notes=(
            "Google takes about 350 characters.",
            "There is one answer to a review: a later one replaces it.",
            "Google tells the author of the first answer; as far as we know, not of changes.",
            "Tags of HTML are cut out; addresses of web pages stay text.",
            "A program cannot take an answer back: that is done in the Play Console.",
        ),
        seconds_apart=1.0,
    ),
    secrets=(
        Secret(
            name="GOOGLE_PLAY_SERVICE_ACCOUNT",
            where="https://console.cloud.google.com/iam-admin/serviceaccounts: a JSON key, as its text or its path. "
            "The account needs “Reply to reviews” in the Play Console.",
        ),
    ),
    build=build,
)
