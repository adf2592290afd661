"""Answers to reviews of places on Google Maps, by the Business Profile API (version 4), as a manager of the places.

Facts come from developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews: one answer a review,
which a later one replaces. Google looks at answers after it took them, and may reject one: `find` and `look` tell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from integrations import google
from integrations.answers import arrived, checked, moment
from integrations.base import JSON, Finding, MessageRejected, Receipt, Secret, TargetRefused
from integrations.net import Door, Heard
from integrations.replies import Answer, Counting, Place, Replier, ReplierSpec, ReplyRules, Shown, Standing
from integrations.tokens import Exchanged, google_user

HOME = "https://mybusiness.googleapis.com"
_SCOPE = "https://www.googleapis.com/auth/business.manage"
_PREFIX = "GOOGLE_BUSINESS"
_WHAT_TO_DO = (
    f"Check {_PREFIX}_CLIENT_ID, _CLIENT_SECRET and _REFRESH_TOKEN: its user has to manage the place, with the scope "
    "business.manage."
)
_PLACE = re.compile(r"accounts/[\w-]+/locations/[\w-]+\Z")
_REVIEW = re.compile(r"[\w-]+\Z")
_STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
_ORIGINAL = re.compile(
    r"\(Translated by Google\).*?\(Original\)\s*(?P<after>.*)|(?P<before>.+?)\(Translated by Google\).*", re.DOTALL
)


class GoogleBusiness:
    """Answers as the owner of a place."""

    def __init__(self, door: Door, bearer: Exchanged) -> None:
        self._door, self._bearer = door, bearer

    def __repr__(self) -> str:
        return f"GoogleBusiness({self._door!r})"

    def look(self, place: Place) -> Standing:
        """The review with its stars, and the answer of the place unless Google rejected it."""
        heard = self._read(place)
        if heard.status >= 400:
            return Standing(exists=False)
        stars, created, changed = (heard.words(name) for name in ("starRating", "createTime", "updateTime"))
        shown = heard.words("reviewReply", "comment") and not _rejection(heard, "reviewReply")
        return Standing(
            exists=True,
            text=_as_written(heard.words("comment")),
            rating=f"{_STARS[stars]}/5" if stars in _STARS else None,
            edited_at=moment(changed) if changed != created else None,
            answers=[_answer(place, heard)] if shown else [],
        )

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """Put the answer of the place, instead of one that stands there."""
        del key  # a review has one answer: a second sending changes nothing
        heard = self._door.ask("PUT", f"/v4/{_name(place)}/reply", json={"comment": text})
        if rejected := _rejection(heard):
            raise MessageRejected(rejected)
        if not heard.words("comment"):
            raise self._door.strange(writing=True)
        return Receipt(address=_location(place), remote_id=f"{_name(place)}/reply")

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """By the words of the answer. Raises MessageRejected where Google took it and rejected it since."""
        del key
        heard = self._read(place)
        if heard.status >= 400 or not heard.words("reviewReply", "comment"):
            return None
        receipt = arrived([_answer(place, heard)], text, address=_location(place), after=after)
        if receipt and (rejected := _rejection(heard, "reviewReply")):
            raise MessageRejected(rejected)
        return receipt

    def edit(self, text: str, *, place: Place, receipt: Receipt) -> Receipt:
        """Put the answer anew."""
        return self.send(text, place=place, key=receipt.remote_id)

    def delete(self, *, place: Place, receipt: Receipt) -> None:
        """Take the answer of the place away."""
        del receipt
        self._door.ask("DELETE", f"/v4/{_name(place)}/reply", gone=True)

    def check(self) -> Sequence[Finding]:
        """Whether Google lets the user in, with the scope that answering needs."""

        def ask() -> str:
            self._bearer.forget()
            self._bearer.token()
            if self._bearer.scope and _SCOPE not in self._bearer.scope.split():
                raise TargetRefused(f"The refresh token lacks the scope {_SCOPE}.", what_to_do=_WHAT_TO_DO)
            return "Google lets the manager of the places in."

        return checked(ask)

    def _read(self, place: Place) -> Heard:
        heard = self._door.read(f"/v4/{_name(place)}", gone=True)
        if heard.status < 400 and not heard.words("createTime"):
            raise self._door.strange(writing=False)
        return heard


def _location(place: Place) -> str:
    """The place on the map: what was kept with the review, or the only one that the source has."""
    kept, listed = place.raw.get("place"), place.options.get("locations")
    found = kept or (listed[0] if isinstance(listed, Sequence) and len(listed) == 1 else None)
    if not isinstance(found, str) or not _PLACE.match(found.strip("/")):
        raise MessageRejected("It is not known to which place (accounts/…/locations/…) the review belongs.")
    return found.strip("/")


def _name(place: Place) -> str:
    if not _REVIEW.match(place.external_id):
        raise MessageRejected("The review's id is not like one of Google's.")
    return f"{_location(place)}/reviews/{place.external_id}"


def _answer(place: Place, heard: Heard) -> Answer:
    return Answer(
        remote_id=f"{_name(place)}/reply",
        text=heard.words("reviewReply", "comment"),
        by="owner",
        ours=True,
        at=moment(heard.words("reviewReply", "updateTime")),
    )


def _rejection(heard: Heard, *path: str) -> str:
    """Why Google does not show an answer that it took; empty where it does, or has not decided."""
    if heard.words(*path, "reviewReplyState") != "REJECTED":
        return ""
    policy: JSON = heard.get(*path, "policyViolation")
    return f"Google rejected the answer by its policies{f' ({policy})' if isinstance(policy, str) else ''}."


def _as_written(comment: str) -> str:
    """The comment without Google's translation before or behind it."""
    match = _ORIGINAL.match(comment) if "(Translated by Google)" in comment else None
    return (match["after"] or match["before"] or comment).strip() if match else comment


def build(base_url: str | None, secrets: Mapping[str, str]) -> Replier:
    """The replier for the manager who let our application in."""
    bearer = google_user(secrets, _PREFIX, base_url=base_url, what_to_do=_WHAT_TO_DO)
    door = Door(
        base_url or HOME, name="Google Business Profile", what_to_do=_WHAT_TO_DO, verdict=google.verdict, bearer=bearer
    )
    return GoogleBusiness(door, bearer)


_WHERE = "https://console.cloud.google.com/apis/credentials (an OAuth client of a project that Google has let in)."
_PLAYGROUND = "https://developers.google.com/oauthplayground"

SPEC = ReplierSpec(
    kind="google_business",
    rules=ReplyRules(
        shown=Shown(
            within_seconds=3600.0,
            why=(
                "Google looks at answers before they are shown, and names no time. An hour is ours: a second "
                "answer only takes the first one's place."
            ),
        ),
        limit=4096,
        counting=Counting.BYTES,
        one_for_each_post=True,
        edits=True,
        deletes=True,
        seconds_apart=6.0,  # ten changes a minute for a place
        notes=(
            "Google takes 4,096 bytes: a letter of other scripts is two to four.",
            "There is one answer to a review, in the name of the place: a later one replaces it.",
            "Google may reject an answer after it took it, and shows it only once it is approved.",
            "The place has to be verified.",
        ),
    ),
    secrets=(
        Secret(name=f"{_PREFIX}_CLIENT_ID", where=_WHERE),
        Secret(name=f"{_PREFIX}_CLIENT_SECRET", where=_WHERE),
        Secret(
            name=f"{_PREFIX}_REFRESH_TOKEN",
            where=f"{_PLAYGROUND}, scope {_SCOPE}, signed in as a manager of the places.",
        ),
    ),
    build=build,
)
