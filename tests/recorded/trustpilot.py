"""A made-up Trustpilot: one business, its public and its private list."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from collectors.base import JSON
from tests.recorded.web import Asked, Reply

UNIT = "46fac7c8000064000501afed"
_BEGIN = datetime(2026, 9, 21, 10, 0, tzinfo=UTC)


def review(number: int, **changed: JSON) -> dict[str, JSON]:
    """One review as the API shows it; the private list has more in it."""
    return {
        "id": f"{number:024x}", "stars": number % 5 + 1, "title": f"Lamp {number}",
        "text": f"The lamp {number} flickers",
        "language": "en", "createdAt": (_BEGIN + timedelta(minutes=number)).isoformat().replace("+00:00", "Z"),
        "updatedAt": None, "companyReply": None, "numberOfLikes": 1, "isVerified": True,
        "consumer": {"id": f"{number + 500:024x}", "displayName": f"Ana {number}", "displayLocation": "Linz, AT"},
        "links": [{"href": "https://api.trustpilot.com/v1/reviews/x?apikey=trust", "rel": "self"}], **changed,
    }  # fmt: skip


@dataclass
class Trustpilot:
    """www.lantern.example on Trustpilot."""

    reviews: list[dict[str, JSON]]
    asked: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        self.asked.append(asked.path)
        if asked.path == "/v1/oauth/oauth-business-users-for-applications/accesstoken":
            return self._sign_in(asked)
        private = asked.path.startswith("/v1/private/")
        path = asked.path.removeprefix("/v1/private/" if private else "/v1/")
        key = asked.headers.get("authorization") == "Bearer b" if private else asked.headers.get("apikey") == "trust"
        if asked.method != "GET" or not key:
            return Reply({"message": "Unauthorized"}, status=401)
        if path == "business-units/find" and not private:
            known = asked.query == {"name": "www.lantern.example"}
            return Reply({"id": UNIT, "displayName": "Lantern"} if known else {}, status=200 if known else 404)
        if path == f"business-units/{UNIT}/reviews":
            return self._list(dict(asked.query), private=private)
        found = [one for one in self.reviews if path == f"reviews/{one['id']}"]
        return Reply(_of(found[0], private=private)) if found else Reply({"message": "Not found"}, status=404)

    def _sign_in(self, asked: Asked) -> Reply:
        basic = b64encode(b"trust:secret").decode()
        right = (
            asked.headers.get("authorization") == f"Basic {basic}" and asked.body == b"grant_type=client_credentials"
        )
        if asked.method != "POST" or not right:
            return Reply({"error": "invalid_client"}, status=401)
        return Reply({"access_token": "b", "expires_in": "359999", "token_type": "BearerToken"})

    def _list(self, query: dict[str, str], *, private: bool) -> Reply:
        if query.keys() != {"page", "perPage", "orderBy"} or query["orderBy"] != "createdat.desc":
            return Reply({"message": "Bad request"}, status=400)
        size = int(query["perPage"])
        start = (int(query["page"]) - 1) * size
        if not 1 <= size <= 100 or start < 0:
            return Reply({"message": "Bad request"}, status=400)
        ordered = sorted(self.reviews, key=lambda one: str(one["createdAt"]), reverse=True)
        return Reply({"links": [], "reviews": [_of(one, private=private) for one in ordered[start : start + size]]})


def _of(one: dict[str, JSON], *, private: bool) -> dict[str, JSON]:
    if not private or not isinstance(consumer := one["consumer"], dict):
        return one
    person: JSON = {**consumer, "email": "ana@example.com"}
    return {**one, "referenceId": "A-1001", "referralEmail": "ana@example.com", "consumer": person}
