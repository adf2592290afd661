"""Signing in where a platform wants more than a key: tokens that we sign, and tokens that we exchange for a credential.

    bearer = apple(issuer=…, key_id=…, key=…)                 # we sign: App Store Connect
    bearer = service_account(net, key, scope)                 # a signed request is exchanged: Google
    bearer = Exchanged(net, url, form)                        # a form is exchanged: OAuth 2
    answer, data = ask(net, bearer, url, params)

Tokens live in memory, for one run. Neither keys nor tokens get into messages.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from collectors import fields
from collectors.base import JSON, SourceBusy, SourceRefused
from collectors.net import Answer, Net, Verdict, shown

GOOGLE = "https://oauth2.googleapis.com"
_GOOGLE_TOKEN = f"{GOOGLE}/token"
_APPLE_LIFE = 15 * 60  # seconds; Apple takes no more than 20 minutes
_GOOGLE_LIFE = 60 * 60
_DAY = 24 * 60 * 60
_SENDABLE = re.compile(r"[!-~]+\Z")  # what a header can carry
_SLACK = 60  # seconds before its end in which a token is no longer used


class Bearer(Protocol):
    """What lets us in."""

    def token(self) -> str:
        """A token that is valid now. Raises SourceBusy or SourceRefused where none is to be had."""
        ...

    def forget(self) -> None:
        """Take a new one next time: the platform did not accept this one."""
        ...


def ask(net: Net, bearer: Bearer, url: str, params: Mapping[str, str]) -> tuple[Answer, JSON]:
    """GET an address as the bearer; a token that is refused (401) is replaced once. Raises as `Net.json_answer`."""
    try:
        return net.json_answer(url, params=params, headers={"Authorization": f"Bearer {bearer.token()}"})
    except SourceRefused as refused:
        if refused.status != 401:
            raise
    bearer.forget()
    return net.json_answer(url, params=params, headers={"Authorization": f"Bearer {bearer.token()}"})


class _Kept:
    """A token for as long as it lives."""

    def __init__(self, make: Callable[[], tuple[str, float]]) -> None:
        self._make = make
        self._token = ""
        self._until = 0.0

    def token(self) -> str:
        if not self._token or time.monotonic() > self._until - _SLACK:
            self._token, life = self._make()
            self._until = time.monotonic() + life
        return self._token

    def forget(self) -> None:
        self._token = ""


def apple(*, issuer: str, key_id: str, key: str) -> Bearer:
    """Tokens for App Store Connect, signed (ES256) with the key: the text of the .p8 file, or the file's path.

    Raises SourceRefused where the key is none.
    """

    def make() -> tuple[str, float]:
        now = int(time.time())
        claims: dict[str, str | int] = {
            "iss": issuer,
            "iat": now,
            "exp": now + _APPLE_LIFE,
            "aud": "appstoreconnect-v1",
        }
        return _signed(claims, _pem(key), "ES256", key_id, whose="App Store Connect"), _APPLE_LIFE

    kept = _Kept(make)
    kept.token()  # a key that is none is told when the source is built, not in the middle of the night
    return kept


class Exchanged(_Kept):
    """Tokens that an OAuth 2 endpoint gives for a form. Its refusals are worded by `verdict`, for the home it is in."""

    def __init__(
        self,
        net: Net,
        url: str,
        form: Callable[[], Mapping[str, str]],
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        def make() -> tuple[str, float]:
            answer = net.json(url, form=form(), headers=headers)
            given = answer if isinstance(answer, dict) else {}
            token = fields.text_or_none(given, "access_token")
            if token is None or not _SENDABLE.match(token):
                raise SourceBusy(f"{shown(url)} answered our sign-in in a form that we do not know.")
            return token, _seconds(given.get("expires_in"))

        super().__init__(make)


def verdict(url: str, whose: str) -> Verdict:
    """How `Net.home` is to read what the endpoint at `url` refuses: with the code of OAuth 2 (invalid_grant)."""

    def judge(answer: Answer) -> None:
        if answer.status in {400, 401} and answer.url == url:
            raise SourceRefused(
                f"{whose} does not accept our credentials ({_reason(answer.body) or answer.status}).",
                what_to_do="Check the source's keys: they may be wrong, withdrawn or out of date.",
                status=answer.status,
            )

    return judge


def service_account(net: Net, key: str, scope: str) -> Bearer:
    """Tokens for a Google service account: `key` is the text of its JSON key file, or the file's path.

    Raises SourceRefused where the key is none.
    """
    net.home(GOOGLE, verdict=verdict(_GOOGLE_TOKEN, "Google"))
    account = _account(key)

    def form() -> Mapping[str, str]:
        now = int(time.time())
        claims: dict[str, str | int] = {
            "iss": account["client_email"], "scope": scope, "aud": _GOOGLE_TOKEN, "iat": now, "exp": now + _GOOGLE_LIFE,
        }  # fmt: skip
        assertion = _signed(claims, account["private_key"], "RS256", account.get("private_key_id"), whose="Google")
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}

    form()  # as above: a key that is none is told at once
    return Exchanged(net, _GOOGLE_TOKEN, form)


def google_user(net: Net, *, client_id: str, client_secret: str, refresh_token: str) -> Bearer:
    """Tokens for a Google user who has let our application in once and for all (a refresh token)."""
    net.home(GOOGLE, verdict=verdict(_GOOGLE_TOKEN, "Google"))
    form = {
        "grant_type": "refresh_token", "client_id": client_id, "client_secret": client_secret,
        "refresh_token": refresh_token,
    }  # fmt: skip
    return Exchanged(net, _GOOGLE_TOKEN, lambda: form)


def _signed(claims: Mapping[str, str | int], pem: str, algorithm: str, key_id: str | None, *, whose: str) -> str:
    import jwt

    try:
        return jwt.encode(dict(claims), pem, algorithm=algorithm, headers={"kid": key_id} if key_id else None)
    except (jwt.PyJWTError, ValueError, TypeError):  # none of them may show: they could quote the key
        raise SourceRefused(
            f"The key for {whose} is not one that can sign ({algorithm}).",
            what_to_do="Give the whole key file as it was downloaded, or its path.",
        ) from None


def _account(key: str) -> dict[str, str]:
    text = _text(key, begins="{")
    try:
        account = json.loads(text)
        return {name: str(account[name]) for name in ("client_email", "private_key")} | (
            {"private_key_id": str(account["private_key_id"])} if account.get("private_key_id") else {}
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SourceRefused(
            "The key of the Google service account is not one.",
            what_to_do="Give the JSON file as Google Cloud made it (with client_email and private_key), or its path.",
        ) from None


def _pem(key: str) -> str:
    """The PEM text; environments often hold its line breaks as the two characters \\n."""
    return _text(key, begins="-----BEGIN").replace("\\n", "\n")


def _text(key: str, *, begins: str) -> str:
    """The key itself, which may be in a file."""
    if key.strip().startswith(begins):
        return key.strip()
    try:
        return Path(key.strip()).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise SourceRefused(
            "A key is neither the text of a key file nor the path of one that can be read.",
            what_to_do="Set the variable to the whole text of the file, or to its path.",
        ) from None


def _reason(said: bytes) -> str:
    """The error code of OAuth 2, where that is what was said."""
    try:
        code = json.loads(said)["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return code[:60] if isinstance(code, str) else ""


def _seconds(value: JSON) -> float:
    """How long a token lives; platforms write it as a number or as text. Without it, one question long."""
    try:
        return float(min(int(value), _DAY)) if isinstance(value, int | str) else 0.0
    except ValueError:
        return 0.0
