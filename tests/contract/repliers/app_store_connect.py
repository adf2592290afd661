"""A made-up App Store Connect with one review of our app."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

from integrations.base import JSON, MessageRejected, TargetBusy, TargetRefused
from integrations.replies import Place
from tests.contract.repliers.fake import NOW, HttpFake, On, Peculiar, Refused, checked, iso, json_of, query_of, route
from tests.recorded.signing import apple_lets_in, keys, pem
from tests.recorded.web import Asked, Reply

RESPONSES = "customerReviewResponses"


def said(status: int, code: str) -> Reply:
    """An error as Apple writes it."""
    error = {"id": "e1", "status": str(status), "code": code, "title": "No.", "detail": f"It is {code}."}
    return Reply({"errors": [error]}, status=status)


def spent(left: int) -> Reply:
    """Too many requests, with what is left of the hour."""
    limit = f"user-hour-lim:3500;user-hour-rem:{left};"
    return Reply(said(429, "RATE_LIMIT_EXCEEDED").body, status=429, headers={"X-Rate-Limit": limit})


@dataclass
class Platform(HttpFake):
    """customerReviews by id, and their responses."""

    idempotent = True
    peculiar = (
        Peculiar(name="hour-spent", reply=spent(0), error=TargetBusy, retry_after=900.0),
        Peculiar(name="minute-spent", reply=spent(500), error=TargetBusy, retry_after=60.0),
        Peculiar(name="minute-spent-reading", reply=spent(500), error=TargetBusy, retry_after=60.0, on=On.READ),
        Peculiar(name="state", reply=said(409, "STATE_ERROR"), error=MessageRejected),
        Peculiar(name="role", reply=said(403, "FORBIDDEN_ERROR"), error=TargetRefused),
    )

    text: str | None = "The lamp flickers."
    answer: str | None = None

    def __post_init__(self) -> None:
        self.secrets = {name: value for name, value in keys().items() if name.startswith("APP_STORE")}
        self.wrong = {**self.secrets, "APP_STORE_CONNECT_KEY": pem(ec.generate_private_key(ec.SECP256R1()))}
        self.place = Place(external_id="00000001-a", title="Lamp", text="The lamp flickers.", kind="review")

    def lets_in(self, asked: Asked) -> bool:
        return apple_lets_in(asked)

    def error(self, status: int, reason: str) -> Reply:
        return said(status, reason)

    def held(self) -> list[str]:
        return [self.answer] if self.answer is not None else []

    def remove(self) -> None:
        self.text = None

    def change(self, text: str) -> bool:
        self.text = text
        return True

    @route("GET", "/v1/apps")
    def apps(self, asked: Asked) -> Reply:
        """Our apps."""
        query_of(asked, {"limit", "fields[apps]"})
        return Reply({"data": [{"type": "apps", "id": "1", "attributes": {"name": "Lantern"}}]})

    @route("GET", "/v1/customerReviews/00000001-a")
    def review(self, asked: Asked) -> Reply:
        """The review, with the response where it is asked for."""
        self.there()
        if query_of(asked, {"include"})["include"] != "response":
            raise Refused(400, "PARAMETER_ERROR.INVALID")
        attributes: JSON = {
            "rating": 2, "title": "Lamp", "body": self.text, "reviewerNickname": "ana",
            "createdDate": "2026-09-21T03:00:00-07:00", "territory": "AUT",
        }  # fmt: skip
        data: JSON = {"type": "customerReviews", "id": "00000001-a", "attributes": attributes}
        return Reply({"data": data, **({"included": [self.response()]} if self.answer is not None else {})})

    @route("POST", f"/v1/{RESPONSES}")
    def respond(self, asked: Asked) -> Reply:
        """Write the response, or overwrite it."""
        data = checked(json_of(asked, {"data"})["data"], {"type", "attributes", "relationships"})
        review = checked(checked(data["relationships"], {"review"})["review"], {"data"})["data"]
        body = checked(data["attributes"], {"responseBody"})["responseBody"]
        if data["type"] != RESPONSES or review != {"type": "customerReviews", "id": "00000001-a"}:
            raise Refused(409, "ENTITY_ERROR.RELATIONSHIP.INVALID")
        self.there()
        if not isinstance(body, str) or not body.strip() or len(body) > 5970:
            raise Refused(409, "ENTITY_ERROR.ATTRIBUTE.INVALID.TOO_LONG")
        self.answer = body
        return Reply({"data": self.response()}, status=201)

    @route("DELETE", f"/v1/{RESPONSES}/r1")
    def unsay(self, asked: Asked) -> Reply:
        """Take the response away."""
        if self.answer is None:
            raise Refused(404, "NOT_FOUND")
        self.answer = None
        return Reply(b"", status=204)

    def response(self) -> dict[str, JSON]:
        """The response as it is shown."""
        attributes: JSON = {"responseBody": self.answer, "lastModifiedDate": iso(NOW), "state": "PENDING_PUBLISH"}
        return {"type": RESPONSES, "id": "r1", "attributes": attributes}

    def there(self) -> None:
        """The review is."""
        if self.text is None:
            raise Refused(404, "NOT_FOUND")
