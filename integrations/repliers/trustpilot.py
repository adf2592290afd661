"""Answers to reviews on Trustpilot, by its API for businesses, in the name of one of the business's users.

Facts come from developers.trustpilot.com/service-reviews-api: one answer a review, which a later one replaces.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime

from integrations.answers import arrived, checked, moment
from integrations.base import Finding, MessageRejected, Receipt, Secret
from integrations.net import Door
from integrations.replies import Answer, Place, Replier, ReplierSpec, ReplyRules, Shown, Standing
from integrations.tokens import Exchanged

HOME = "https://api.trustpilot.com"
_SIGN_IN = "/v1/oauth/oauth-business-users-for-applications/accesstoken"
_WHAT_TO_DO = (
    "Check TRUSTPILOT_API_KEY, TRUSTPILOT_API_SECRET and TRUSTPILOT_BUSINESS_USER; the plan has to have the API."
)
_REVIEW = re.compile(r"[\w-]{1,64}\Z")


class Trustpilot:
    """Answers as one user of a business."""

    def __init__(self, door: Door, bearer: Exchanged, user: str) -> None:
        self._door, self._bearer, self._user = door, bearer, user

    def __repr__(self) -> str:
        return f"Trustpilot({self._door!r})"

    def look(self, place: Place) -> Standing:
        """The review with its stars, and the answer of the business."""
        heard = self._door.read(_path(place), gone=True)
        if heard.status >= 400:
            return Standing(exists=False)
        if not heard.words("id"):
            raise self._door.strange(writing=False)
        stars, said = heard.words("stars"), heard.words("companyReply", "text")
        written = heard.words("companyReply", "updatedAt") or heard.words("companyReply", "createdAt")
        answer = Answer(remote_id=place.external_id, text=said, by="business", ours=True, at=moment(written))
        return Standing(
            exists=True,
            text=heard.words("text"),
            title=heard.words("title") or None,
            rating=f"{stars}/5" if stars else None,
            edited_at=moment(heard.get("updatedAt")),
            answers=[answer] if said else [],
        )

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """Put the answer of the business, instead of one that stands there."""
        del key  # a review has one answer: a second sending changes nothing
        answer = {"message": text, "authorBusinessUserId": self._user}
        heard = self._door.ask("POST", f"{_path(place)}/reply", json=answer)
        if heard.body is not None and not isinstance(heard.body, Mapping):
            raise self._door.strange(writing=True)
        return _receipt(place)

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """By the words of the answer."""
        del key
        found = arrived(self.look(place).answers, text, address=place.external_id, after=after)
        return _receipt(place) if found else None

    def edit(self, text: str, *, place: Place, receipt: Receipt) -> Receipt:
        """Put the answer anew."""
        return self.send(text, place=place, key=receipt.remote_id)

    def delete(self, *, place: Place, receipt: Receipt) -> None:
        """Take the answer of the business away."""
        del receipt
        self._door.ask("DELETE", f"{_path(place)}/reply", gone=True)

    def check(self) -> Sequence[Finding]:
        """Whether Trustpilot lets us in. Whether the user may answer is known once a review is answered."""

        def ask() -> str:
            self._bearer.forget()
            self._bearer.token()
            return "Trustpilot takes the key and its secret."

        return checked(ask)


def _path(place: Place) -> str:
    if not _REVIEW.match(place.external_id):
        raise MessageRejected("The review's id is not like one of Trustpilot's.")
    return f"/v1/private/reviews/{place.external_id}"


def _receipt(place: Place) -> Receipt:
    url = f"https://www.trustpilot.com/reviews/{place.external_id}"
    return Receipt(address=place.external_id, remote_id=place.external_id, url=url)


def build(base_url: str | None, secrets: Mapping[str, str]) -> Replier:
    """The replier for the key, its secret, and the user in whose name answers are written."""
    key = secrets["TRUSTPILOT_API_KEY"]
    basic = b64encode(f"{key}:{secrets['TRUSTPILOT_API_SECRET']}".encode()).decode()
    bearer = Exchanged(
        f"{base_url or HOME}{_SIGN_IN}",
        lambda: {"grant_type": "client_credentials"},
        whose="Trustpilot",
        what_to_do=_WHAT_TO_DO,
        headers={"Authorization": f"Basic {basic}"},
    )
    door = Door(base_url or HOME, name="Trustpilot", what_to_do=_WHAT_TO_DO, headers={"apikey": key}, bearer=bearer)
    return Trustpilot(door, bearer, secrets["TRUSTPILOT_BUSINESS_USER"])


_WHERE = "https://businessapp.b2b.trustpilot.com/applications (a plan with API access)"

SPEC = ReplierSpec(
    kind="trustpilot",
    rules=ReplyRules(
        shown=Shown(
            within_seconds=3600.0,
            why="Trustpilot names no time. An hour is ours: a second answer only takes the first one's place.",
        ),
        limit=None,
        one_for_each_post=True,
        edits=True,
        deletes=True,
        notes=(
            "There is one answer to a review: a later one replaces it.",
            "Trustpilot names no limit that we know of; its guidelines forbid private details of the author.",
        ),
    ),
    secrets=(
        Secret(name="TRUSTPILOT_API_KEY", where=f"{_WHERE}."),
        Secret(name="TRUSTPILOT_API_SECRET", where=f"{_WHERE}, beside the key."),
        Secret(
            name="TRUSTPILOT_BUSINESS_USER",
            where="the id of the business user who answers, as Trustpilot's support tells it.",
        ),
    ),
    build=build,
)
