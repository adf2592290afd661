"""A made-up Trustpilot with one review of our business."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from integrations.base import JSON
from integrations.replies import Place
from tests.contract.repliers.fake import NOW, HttpFake, On, Refused, form_of, iso, json_of, query_of, route
from tests.recorded.trustpilot import review
from tests.recorded.web import Asked, Reply

NAME = f"{1:024x}"
REVIEW = f"/v1/private/reviews/{NAME}"
SIGN_IN = "/v1/oauth/oauth-business-users-for-applications/accesstoken"


@dataclass
class Platform(HttpFake):
    """The review, its reply, and the sign-in."""

    idempotent = True
    checks_on = On.SIGN_IN

    text: str | None = "The lamp 1 flickers"
    answer: str | None = None

    def __post_init__(self) -> None:
        self.secrets = {
            "TRUSTPILOT_API_KEY": "trust-key", "TRUSTPILOT_API_SECRET": "trust-secret",
            "TRUSTPILOT_BUSINESS_USER": "5e3de1b4",
        }  # fmt: skip
        self.wrong = {**self.secrets, "TRUSTPILOT_API_SECRET": "guessed-secret"}
        self.place = Place(external_id=NAME, title="Lamp 1", text="The lamp 1 flickers", kind="review")

    def is_sign_in(self, asked: Asked) -> bool:
        return asked.path == SIGN_IN

    def lets_in(self, asked: Asked) -> bool:
        return (asked.headers.get("authorization"), asked.headers.get("apikey")) == ("Bearer business", "trust-key")

    def held(self) -> list[str]:
        return [self.answer] if self.answer is not None else []

    def remove(self) -> None:
        self.text = None

    def change(self, text: str) -> bool:
        self.text = text
        return True

    @route("POST", SIGN_IN)
    def token(self, asked: Asked) -> Reply:
        """A token for the business."""
        basic = b64encode(b"trust-key:trust-secret").decode()
        right = asked.headers.get("authorization") == f"Basic {basic}"
        if not right or form_of(asked, {"grant_type"})["grant_type"] != "client_credentials":
            return Reply({"error": "invalid_client"}, status=401)
        return Reply({"access_token": "business", "expires_in": "359999", "token_type": "BearerToken"})

    @route("GET", REVIEW)
    def review(self, asked: Asked) -> Reply:
        """The review, with the business's answer."""
        query_of(asked)
        self.there()
        reply: JSON = (
            {"text": self.answer, "createdAt": iso(NOW), "updatedAt": None} if self.answer is not None else None
        )
        return Reply(review(1, text=self.text, companyReply=reply))

    @route("POST", f"{REVIEW}/reply")
    def reply(self, asked: Asked) -> Reply:
        """Write the answer, or replace it."""
        self.there()
        body = json_of(asked, {"message", "authorBusinessUserId"})
        if body["authorBusinessUserId"] != "5e3de1b4":
            raise Refused(403, "The user may not answer for the business")
        if not isinstance(body["message"], str) or not body["message"].strip():
            raise Refused(400, "message is empty")
        self.answer = body["message"]
        return Reply(b"", status=201)

    @route("DELETE", f"{REVIEW}/reply")
    def unsay(self, asked: Asked) -> Reply:
        """Take the answer away."""
        if self.answer is None:
            raise Refused(404, "no reply")
        self.answer = None
        return Reply(b"", status=204)

    def there(self) -> None:
        """The review is."""
        if self.text is None:
            raise Refused(404, "Not found")
