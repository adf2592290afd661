"""A made-up Business Profile with one review of a place."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.base import JSON, MessageRejected
from integrations.replies import Place
from tests.contract.repliers.fake import NOW, On, Peculiar, Refused, iso, json_of, query_of, route
from tests.contract.repliers.google_sign_in import QUOTAS, GoogleFake, credentials
from tests.recorded.google import place_review
from tests.recorded.web import Asked, Reply

LOCATION = "accounts/1/locations/2"
REVIEW = f"/v4/{LOCATION}/reviews/p1"
_NAMES = ("GOOGLE_BUSINESS_CLIENT_ID", "GOOGLE_BUSINESS_CLIENT_SECRET", "GOOGLE_BUSINESS_REFRESH_TOKEN")
_REJECTED: JSON = {
    "comment": "x", "updateTime": iso(NOW), "reviewReplyState": "REJECTED", "policyViolation": "PROMOTIONAL",
}  # fmt: skip


@dataclass
class Platform(GoogleFake):
    """reviews.get, reviews.updateReply, reviews.deleteReply."""

    idempotent = True
    peculiar = (
        *QUOTAS,
        Peculiar(name="rejected-at-once", reply=Reply(_REJECTED), error=MessageRejected),
    )
    checks_on = On.SIGN_IN

    text: str | None = "The lamps of table 1 flicker"
    answer: dict[str, JSON] | None = None

    def __post_init__(self) -> None:
        self.secrets = credentials(*_NAMES)
        self.wrong = {**self.secrets, "GOOGLE_BUSINESS_REFRESH_TOKEN": "withdrawn-token"}
        self.place = Place(external_id="p1", text="The lamps of table 1 flicker", options={"locations": [LOCATION]})

    def held(self) -> list[str]:
        return [str(self.answer["comment"])] if self.answer else []

    def remove(self) -> None:
        self.text = None

    def change(self, text: str) -> bool:
        self.text = f"(Translated by Google) The lamp is well. (Original) {text}"
        return True

    @route("GET", REVIEW)
    def review(self, asked: Asked) -> Reply:
        """reviews.get."""
        query_of(asked)
        self.there()
        return Reply(place_review(1, comment=self.text, **({"reviewReply": self.answer} if self.answer else {})))

    @route("PUT", f"{REVIEW}/reply")
    def reply(self, asked: Asked) -> Reply:
        """reviews.updateReply."""
        self.there()
        comment = json_of(asked, {"comment"})["comment"]
        if not isinstance(comment, str) or not 0 < len(comment.encode()) <= 4096:
            raise Refused(400, "INVALID_ARGUMENT")
        self.answer = {"comment": comment, "updateTime": iso(NOW)}
        return Reply(self.answer)

    @route("DELETE", f"{REVIEW}/reply")
    def unsay(self, asked: Asked) -> Reply:
        """reviews.deleteReply."""
        self.there()
        if self.answer is None:
            raise Refused(404, "NOT_FOUND")
        self.answer = None
        return Reply({})

    def there(self) -> None:
        """The review is."""
        if self.text is None:
            raise Refused(404, "NOT_FOUND")
