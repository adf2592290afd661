"""Signing in where a platform wants more than a key: tokens that we sign, and tokens that we exchange for a credential.

Tokens live in memory. Neither keys nor tokens get into messages.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from integrations.base import TargetBusy, TargetRefused
from integrations.net import Door, Heard

GOOGLE = "https://oauth2.googleapis.com"
_APPLE_LIFE = 15 * 60  # seconds; Apple takes no more than 20 minutes
_GOOGLE_LIFE = 60 * 60
_MOST = 24 * 60 * 60
_EARLY = 60  # seconds before its end in which a token is no longer used
_IN_A_HEADER = re.compile(r"[!-~]+\Z")
_KEYS = "Set the variable to the whole text of the key's file, or to its path."


class Kept:
    """A token for as long as it lives; `make` gives one with its seconds. What it was given for is its `scope`."""

    def __init__(self, make: Callable[[], tuple[str, float]]) -> None:
        self._make, self._token, self._until = make, "", 0.0

    def token(self) -> str:
        """See `integrations.net.Bearer`."""
        if not self._token or time.monotonic() > self._until - _EARLY:
            self._token, life = self._make()
            self._until = time.monotonic() + life
        return self._token

    def forget(self) -> None:
        """See `integrations.net.Bearer`."""
        self._token = ""


class Exchanged(Kept):
    """Tokens that an OAuth 2 endpoint gives for a form. `whose` it is, and what to do where it refuses, are for people.

    `scope` is what the last token may be used for, as the endpoint says; empty where it says nothing.
    """

    def __init__(
        self,
        url: str,
        form: Callable[[], Mapping[str, str]],
        *,
        whose: str,
        what_to_do: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(self._exchange)
        self._url, self._form, self._whose, self._what_to_do = url, form, whose, what_to_do
        self._door = Door(url, name=whose, what_to_do=what_to_do, headers=headers, verdict=self._verdict)
        self.scope = ""

    def _exchange(self) -> tuple[str, float]:
        given = self._door.ask("POST", self._url, form=self._form(), writing=False)
        token = given.words("access_token")
        if not _IN_A_HEADER.match(token):
            raise TargetBusy(f"{self._whose} answered our sign-in in a form that we do not know.")
        self.scope = given.words("scope")
        return token, _life(given.words("expires_in"))

    def _verdict(self, heard: Heard) -> TargetRefused | None:
        if heard.status not in {400, 401, 403}:
            return None
        code = heard.words("error")[:60] or str(heard.status)
        return TargetRefused(f"{self._whose} does not accept our credentials ({code}).", what_to_do=self._what_to_do)


def google_service_account(key: str, *, scope: str, base_url: str | None, what_to_do: str) -> Exchanged:
    """Tokens for a Google service account: `key` is the text of its JSON key file, or the file's path."""

    def form() -> Mapping[str, str]:
        account = _account(key)
        now = int(time.time())
        claims: dict[str, str | int] = {
            "iss": account["client_email"], "scope": scope, "aud": f"{GOOGLE}/token", "iat": now,
            "exp": now + _GOOGLE_LIFE,
        }  # fmt: skip
        signed = _signed(claims, account["private_key"], "RS256", account.get("private_key_id"), whose="Google")
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": signed}

    return Exchanged(f"{base_url or GOOGLE}/token", form, whose="Google", what_to_do=what_to_do)


def google_user(secrets: Mapping[str, str], prefix: str, *, base_url: str | None, what_to_do: str) -> Exchanged:
    """Tokens for a Google user who let our application in for good; `prefix` begins the names of its settings."""
    names = ("client_id", "client_secret", "refresh_token")
    form = {"grant_type": "refresh_token", **{name: secrets[f"{prefix}_{name.upper()}"] for name in names}}
    return Exchanged(f"{base_url or GOOGLE}/token", lambda: form, whose="Google", what_to_do=what_to_do)


def apple(*, issuer: str, key_id: str, key: str) -> Kept:
    """Tokens for App Store Connect, signed (ES256) with the key: the text of the .p8 file, or the file's path."""

    def make() -> tuple[str, float]:
        now = int(time.time())
        claims: dict[str, str | int] = {
            "iss": issuer, "iat": now, "exp": now + _APPLE_LIFE, "aud": "appstoreconnect-v1",
        }  # fmt: skip
        pem = _file(key, begins="-----BEGIN").replace("\\n", "\n")  # environments often hold it in one line
        return _signed(claims, pem, "ES256", key_id, whose="App Store Connect"), _APPLE_LIFE

    return Kept(make)


def _signed(claims: Mapping[str, str | int], pem: str, algorithm: str, key_id: str | None, *, whose: str) -> str:
    import jwt

    try:
        return jwt.encode(dict(claims), pem, algorithm=algorithm, headers={"kid": key_id} if key_id else None)
    except (jwt.PyJWTError, ValueError, TypeError):  # shown to nobody: it could quote the key
        raise TargetRefused(f"The key for {whose} cannot sign ({algorithm}).", what_to_do=_KEYS) from None


def _account(key: str) -> dict[str, str]:
    try:
        account = json.loads(_file(key, begins="{"))
        named = {name: str(account[name]) for name in ("client_email", "private_key")}
        return named | ({"private_key_id": str(account["private_key_id"])} if account.get("private_key_id") else {})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise TargetRefused("The key of the Google service account is none.", what_to_do=_KEYS) from None


def _file(key: str, *, begins: str) -> str:
    """The key itself, or what is in the file that it names."""
    if key.strip().startswith(begins):
        return key.strip()
    try:
        return Path(key.strip()).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise TargetRefused("A key is neither a key's text nor a file that can be read.", what_to_do=_KEYS) from None


def _life(seconds: str) -> float:
    """How long a token lives; without a word on it, for one request."""
    return float(min(int(seconds[:9]), _MOST)) if seconds.isascii() and seconds.isdigit() else 0.0
