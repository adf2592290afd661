"""The one HTTP door of what answers: one request each, never repeated by itself, with the errors of `base`.

Whether a request may be sent again is the outbox's decision, and a second try can double what the first one did.
"""

from __future__ import annotations

import json as codec
import ssl
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Protocol, Self, TypeAlias
from urllib.parse import urlsplit

import httpx

from integrations import parts
from integrations.base import (
    JSON,
    IntegrationError,
    MessageRejected,
    OutcomeUncertain,
    TargetBusy,
    TargetRefused,
)

USER_AGENT = "Earful/0.1 (self-hosted social listening)"
_MOST_BYTES = 5_000_000
_SAYING: tuple[tuple[str | int, ...], ...] = (  # where platforms say what is wrong, the most telling first
    ("error", "message"), ("error_description",), ("message",), ("detail",), ("description",), ("error",),
    ("errors", 0), ("errors", 0, "detail"), ("errors", 0, "message"),
)  # fmt: skip
_SAID = 200  # characters of a platform's own words that an error repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a platform answered."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: JSON = None  # None where there was none, or none that is JSON
    text: str = field(default="", repr=False)

    def get(self, *path: str | int) -> JSON:
        """What stands at a path of the body; None where there is nothing."""
        return parts.get(self.body, *path)

    def words(self, *path: str | int) -> str:
        """The text or the number at a path of the body, as text; empty where there is neither."""
        return parts.words(self.body, *path)

    def objects(self, *path: str | int) -> list[Mapping[str, JSON]]:
        """The objects of the list at a path of the body; none where there is no list."""
        return parts.objects(self.body, *path)


Verdict: TypeAlias = Callable[[Heard], IntegrationError | None]
"""Reads an answer as its platform means it: an error, or None where the usual reading of the status will do."""


class Bearer(Protocol):
    """Tokens that change: each request carries the one that is good now. See `integrations.tokens`."""

    def token(self) -> str:
        """A token that is good now. Raises TargetBusy or TargetRefused where none is to be had."""
        ...

    def forget(self) -> None:
        """Take a new one next time: this one was not accepted."""
        ...


class Door:
    """The way to one platform. `name` is what people call it; `what_to_do` helps where it refuses our account."""

    def __init__(
        self,
        base_url: str,
        *,
        name: str,
        what_to_do: str,
        headers: Mapping[str, str] | None = None,
        verdict: Verdict | None = None,
        bearer: Bearer | None = None,
        timeout: float = 20.0,
    ) -> None:
        self._name, self._what_to_do, self._verdict, self._bearer = name, what_to_do, verdict, bearer
        self._more: Mapping[str, str] = {}
        self._client = httpx.Client(
            base_url=base_url.rstrip("/"),
            headers={"User-Agent": USER_AGENT, **(headers or {})},
            timeout=timeout,
            verify=_trusted(),
            follow_redirects=False,
            # A kept connection may be closed by the other side just as we write: nobody could say what was done.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def __repr__(self) -> str:
        return f"Door({self._name!r}, {urlsplit(str(self._client.base_url)).hostname!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def plus(self, headers: Mapping[str, str]) -> Self:
        """The same door for requests with further headers: a token that changes, the key of one request."""
        door = copy(self)
        vars(door).update(_more={**self._more, **headers})
        return door

    def read(self, path: str, *, params: Mapping[str, str] | None = None, gone: bool = False) -> Heard:
        """GET. With `gone`, 404 and 410 are an answer and no error.

        Raises:
            TargetBusy, TargetRefused, MessageRejected: nothing was learnt.
        """
        return self.ask("GET", path, params=params, writing=False, gone=gone)

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: JSON = None,
        form: Mapping[str, str] | None = None,
        writing: bool = True,
        gone: bool = False,
    ) -> Heard:
        """One request. `path` may be a whole address of the platform's own.

        Raises:
            TargetBusy, TargetRefused, MessageRejected: it was not done.
            OutcomeUncertain: only when `writing`: it may have been done.
        """
        signed = {"Authorization": f"Bearer {self._bearer.token()}"} if self._bearer else {}
        try:
            answer = self._client.request(
                method, path, params=params, json=json, data=dict(form) if form else None,
                headers={**self._more, **signed},
            )  # fmt: skip
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise TargetBusy(f"{self._name} cannot be reached ({type(error).__name__}).") from None
        except httpx.HTTPError as error:
            raise self._unclear(f"The connection broke ({type(error).__name__})", writing=writing) from None
        heard = _heard(answer)
        if self._bearer and heard.status == 401:
            self._bearer.forget()
        if gone and heard.status in (404, 410):
            return heard
        fault = (self._verdict(heard) if self._verdict else None) or self._fault(heard, writing=writing)
        if isinstance(fault, OutcomeUncertain) and not writing:  # a verdict does not know which it was
            fault = TargetBusy(str(fault))
        if fault is not None:
            raise fault
        return heard

    def _fault(self, heard: Heard, *, writing: bool) -> IntegrationError | None:
        status = heard.status
        if status < 300:
            return self.strange(writing=writing) if heard.body is None and heard.text.strip() else None
        if status == 429:
            return TargetBusy(f"{self._name} asks to wait.", retry_after=seconds_to_wait(heard.headers))
        if status >= 500:
            return self._unclear(f"{self._name} failed while it answered (status {status})", writing=writing)
        if status in (401, 403):
            return TargetRefused(f"{self._name} refused (status {status}){_said(heard)}.", what_to_do=self._what_to_do)
        if status < 400:
            return TargetRefused(f"{self._name} sends us elsewhere (status {status}).", what_to_do=self._what_to_do)
        return MessageRejected(f"{self._name} did not take it (status {status}){_said(heard)}.")

    def strange(self, *, writing: bool) -> IntegrationError:
        """The error where an answer that should be good has another form than the platform's."""
        return self._unclear(f"{self._name} answered in a form that we do not know", writing=writing)

    def _unclear(self, what: str, *, writing: bool) -> IntegrationError:
        return OutcomeUncertain(f"{what}; it may have been done.") if writing else TargetBusy(f"{what}.")


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that are trusted; reading them takes as long as a request, so it is done once."""
    return httpx.create_ssl_context()


def _heard(answer: httpx.Response) -> Heard:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    text = answer.text[:_MOST_BYTES]
    try:
        body: JSON = codec.loads(text) if text.strip() else None
    except (ValueError, RecursionError):
        body = None
    return Heard(status=answer.status_code, headers=headers, body=body, text=text)


def _said(heard: Heard) -> str:
    """The platform's own words on a refusal, where they can be found: one line, shortened."""
    for path in _SAYING:
        found = heard.get(*path)
        if isinstance(found, str) and found.strip():
            return f": {' '.join(found.split())[:_SAID]}"
    return ""


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """What Retry-After asks for, in seconds or as a date by the server's own clock; None where it asks for nothing."""
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    try:
        return float(asked) if asked.replace(".", "", 1).isdigit() else _until(asked, headers.get("date", ""))
    except (ValueError, OverflowError, TypeError):  # no date, or one without its zone
        return None


def resets_in(headers: Mapping[str, str], name: str) -> float | None:
    """Seconds until the moment in the header `name` (seconds since 1970), by the server's own clock."""
    try:
        now = parsedate_to_datetime(headers.get("date", "")).timestamp()
        return max(0.0, float(headers.get(name, "")) - now)
    except (ValueError, OverflowError, TypeError):
        return None


def _until(moment: str, now: str) -> float:
    return max(0.0, (parsedate_to_datetime(moment) - parsedate_to_datetime(now)).total_seconds())
