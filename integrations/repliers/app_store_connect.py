"""Answers to reviews in the App Store, by the App Store Connect API with the key that also listens.

Facts come from developer.apple.com/documentation/appstoreconnectapi/customer-review-responses: one answer a review,
which a later one overwrites. Apple publishes it with a delay, so an answer that was taken may not be seen yet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from integrations.answers import arrived, checked, moment
from integrations.base import JSON, Finding, IntegrationError, Receipt, Secret, TargetBusy
from integrations.net import Door, Heard, seconds_to_wait
from integrations.parts import obj, words
from integrations.replies import Answer, Place, Replier, ReplierSpec, ReplyRules, Shown, Standing
from integrations.tokens import apple

HOME = "https://api.appstoreconnect.apple.com"
_WHAT_TO_DO = "Check APP_STORE_CONNECT_KEY and its ids; the key needs the role Admin or Customer Support."
_LEFT = re.compile(r"user-hour-rem:\s*(\d+)")
_MINUTE, _HOUR_USED_UP = 60.0, 900.0  # seconds; the hour rolls, so some of it is free again after a quarter


class AppStoreConnect:
    """Answers as the developer of an app."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def __repr__(self) -> str:
        return f"AppStoreConnect({self._door!r})"

    def look(self, place: Place) -> Standing:
        """The review with its stars, and our answer. Apple shows no date of an edit."""
        heard = self._door.read(_review(place), params={"include": "response"}, gone=True)
        if heard.status >= 400:
            return Standing(exists=False)
        said = obj(heard.body, "data", "attributes")
        if not said:
            raise self._door.strange(writing=False)
        stars = words(said, "rating")
        return Standing(
            exists=True,
            text=words(said, "body"),
            title=words(said, "title") or None,
            rating=f"{stars}/5" if stars else None,
            answers=[_answer(one) for one in heard.objects("included") if one.get("type") == "customerReviewResponses"],
        )

    def send(self, text: str, *, place: Place, key: str) -> Receipt:
        """Put our answer, over one that stands there."""
        del key  # a review has one answer: a second sending changes nothing
        review: JSON = {"data": {"type": "customerReviews", "id": place.external_id}}
        answer: JSON = {
            "type": "customerReviewResponses",
            "attributes": {"responseBody": text},
            "relationships": {"review": review},
        }
        heard = self._door.ask("POST", "/v1/customerReviewResponses", json={"data": answer})
        if not heard.words("data", "id"):
            raise self._door.strange(writing=True)
        return Receipt(address=place.external_id, remote_id=heard.words("data", "id"))

    def find(self, text: str, *, place: Place, key: str, after: datetime) -> Receipt | None:
        """By the words of the answer, published or not yet."""
        del key
        return arrived(self.look(place).answers, text, address=place.external_id, after=after)

    def edit(self, text: str, *, place: Place, receipt: Receipt) -> Receipt:
        """Put the answer anew."""
        return self.send(text, place=place, key=receipt.remote_id)

    def delete(self, *, place: Place, receipt: Receipt) -> None:
        """Take the answer away."""
        del place
        self._door.ask("DELETE", f"/v1/customerReviewResponses/{quote(receipt.remote_id, safe='')}", gone=True)

    def check(self) -> Sequence[Finding]:
        """Whether Apple takes the key. Its role is known once something is answered."""

        def ask() -> str:
            apps = self._door.read("/v1/apps", params={"limit": "1", "fields[apps]": "name"})
            if not isinstance(apps.get("data"), list):
                raise self._door.strange(writing=False)
            return f"App Store Connect takes the key (an app of it: {apps.words('data', 0, 'attributes', 'name')})."

        return checked(ask)


def _review(place: Place) -> str:
    return f"/v1/customerReviews/{quote(place.external_id, safe='')}"


def _answer(response: Mapping[str, JSON]) -> Answer:
    said = obj(response, "attributes")
    return Answer(
        remote_id=words(response, "id"),
        text=words(said, "responseBody"),
        by="developer",
        ours=True,
        at=moment(said.get("lastModifiedDate")),
    )


def _verdict(heard: Heard) -> IntegrationError | None:
    """Apple counts requests over a rolling hour and says what is left, but not how long to wait."""
    if heard.status != 429:
        return None
    left = _LEFT.search(heard.headers.get("x-rate-limit", ""))
    guess = _HOUR_USED_UP if left and left[1] == "0" else _MINUTE
    wait = seconds_to_wait(heard.headers)
    return TargetBusy("App Store Connect asks to wait.", retry_after=guess if wait is None else wait)


def build(base_url: str | None, secrets: Mapping[str, str]) -> Replier:
    """The replier for the key."""
    bearer = apple(
        issuer=secrets["APP_STORE_CONNECT_ISSUER_ID"],
        key_id=secrets["APP_STORE_CONNECT_KEY_ID"],
        key=secrets["APP_STORE_CONNECT_KEY"],
    )
    return AppStoreConnect(
        Door(base_url or HOME, name="App Store Connect", what_to_do=_WHAT_TO_DO, verdict=_verdict, bearer=bearer)
    )


_WHERE = "https://appstoreconnect.apple.com/access/integrations/api"

SPEC = ReplierSpec(
    kind="app_store_connect",
    rules=ReplyRules(
        shown=Shown(
            within_seconds=3600.0,
            why=(
                "The API lists an answer that waits for publication, as PENDING_PUBLISH, and Apple names a day "
                "until the store shows it. An hour is ours: a second answer only takes the first one's place."
            ),
        ),
        limit=5970,
        one_for_each_post=True,
        edits=True,
        deletes=True,
        notes=(
            "There is one answer to a review: a later one overwrites it.",
            "Apple publishes an answer with a delay, up to a day, and tells the author, who may change the review.",
        ),
    ),
    secrets=(
        Secret(name="APP_STORE_CONNECT_ISSUER_ID", where=f"{_WHERE}, above the list of keys."),
        Secret(name="APP_STORE_CONNECT_KEY_ID", where=f"{_WHERE}, beside the key."),
        Secret(
            name="APP_STORE_CONNECT_KEY",
            where=f"{_WHERE}: the .p8 file, as its text or its path. Its role: Admin or Customer Support.",
        ),
    ),
    build=build,
)
