"""Keys made for tests, and what platforms do with what was signed: check it, and give a token for it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.recorded.web import Asked, Reply

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@cache
def apple_key() -> ec.EllipticCurvePrivateKey:
    """A key as App Store Connect makes them."""
    return ec.generate_private_key(ec.SECP256R1())


@cache
def google_key() -> rsa.RSAPrivateKey:
    """A key as Google makes them for service accounts."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    """The text of the key's file."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def service_account() -> str:
    """A JSON key file."""
    return json.dumps(
        {
            "type": "service_account", "client_email": "earful@lantern.iam.gserviceaccount.com", "private_key_id": "k1",
            "private_key": pem(google_key()), "token_uri": "https://elsewhere.example/token",
        }
    )  # fmt: skip


def keys() -> dict[str, str]:
    """The environment of a source that signs in: every key that a kind of source may ask for."""
    return {
        "APP_STORE_CONNECT_ISSUER_ID": "issuer", "APP_STORE_CONNECT_KEY_ID": "KEY1",
        "APP_STORE_CONNECT_KEY": pem(apple_key()), "GOOGLE_PLAY_SERVICE_ACCOUNT": service_account(),
        "GOOGLE_BUSINESS_CLIENT_ID": "client", "GOOGLE_BUSINESS_CLIENT_SECRET": "hush",
        "GOOGLE_BUSINESS_REFRESH_TOKEN": "refresh", "TRUSTPILOT_API_KEY": "trust", "YOUTUBE_API_KEY": "tube",
    }  # fmt: skip


def refused(status: int, reason: str) -> Reply:
    """An error as Google's APIs write them."""
    error = {"code": status, "message": reason, "errors": [{"reason": reason, "domain": "global"}]}
    return Reply({"error": error}, status=status)


def apple_lets_in(asked: Asked) -> bool:
    """Whether the request carries a token that Apple would take."""
    token = asked.headers.get("authorization", "").removeprefix("Bearer ")
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, apple_key().public_key(), ["ES256"], audience="appstoreconnect-v1", issuer="issuer")
    except jwt.PyJWTError:
        return False
    return (header["kid"], header["typ"]) == ("KEY1", "JWT") and 0 < claims["exp"] - claims["iat"] <= 20 * 60


@dataclass
class GoogleSignIn:
    """oauth2.googleapis.com/token: gives tokens to our service account and to our user, each good until withdrawn."""

    scope: str = ""
    given: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        form = dict(parse_qsl(asked.body.decode()))
        if asked.method != "POST" or not self._known(form):
            return Reply({"error": "invalid_grant", "error_description": "Bad Request"}, status=400)
        self.given.append(f"token-{len(self.given)}")
        return Reply({"access_token": self.given[-1], "expires_in": 3599, "token_type": "Bearer"})

    def lets_in(self, asked: Asked) -> bool:
        return bool(self.given) and asked.headers.get("authorization") == f"Bearer {self.given[-1]}"

    def _known(self, form: dict[str, str]) -> bool:
        if form.get("grant_type") == "refresh_token":
            user = {"client_id": "client", "client_secret": "hush", "refresh_token": "refresh"}
            return form == {"grant_type": "refresh_token", **user}
        if form.keys() != {"grant_type", "assertion"} or form["grant_type"] != JWT_GRANT:
            return False
        try:
            claims: dict[str, Any] = jwt.decode(
                form["assertion"],
                google_key().public_key(),
                ["RS256"],
                audience="https://oauth2.googleapis.com/token",
                issuer="earful@lantern.iam.gserviceaccount.com",
            )
        except jwt.PyJWTError:
            return False
        return claims["scope"] == self.scope and claims["exp"] - time.time() <= 3600
