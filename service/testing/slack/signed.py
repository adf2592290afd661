"""The door over HTTP: what people do is posted to the app's request URL, signed, as
https://docs.slack.dev/authentication/verifying-requests-from-slack describes it.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import time
from typing import Literal, TypeAlias
from urllib.parse import urlencode, urlsplit

from service.clock import now
from service.testing.slack.delivery import Attempt, Delivery, Kind
from service.testing.slack.faults import Payload

Forgery: TypeAlias = Literal["", "signature", "stale", "junk", "unsigned"]

_STALE_SECONDS = 301  # one more than anybody should accept


class SignedRequests:
    """Posts to `url`. `forgery` says what is wrong with the signatures from now on; nothing where it is empty."""

    def __init__(self, secret: str, url: str) -> None:
        self.secret = secret
        self.url = url
        self.forgery: Forgery = ""

    def attempt(self, delivery: Delivery, number: int, why: str, patience: float) -> Attempt:
        """One request. Anything but 200 in time is no acknowledgement."""
        kind, body = encode(delivery.kind, delivery.payload)
        retry = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": why} if number else {}
        began = time.monotonic()
        try:
            status, answer = self._post(body, {"Content-Type": kind, **self._signature(body), **retry}, patience)
        except TimeoutError:
            return Attempt(door="http", seconds=time.monotonic() - began, why="http_timeout")
        except (OSError, http.client.HTTPException):
            return Attempt(door="http", seconds=time.monotonic() - began, why="connection_failed")
        seconds = time.monotonic() - began
        late = "http_timeout" if seconds > patience else ""
        failed = "" if status == http.HTTPStatus.OK else "http_error"
        return Attempt(door="http", seconds=seconds, why=late or failed, status=status, body=_read(answer))

    def verify_url(self, token: str) -> bool:
        """Whether whoever answers at `url` passes Slack's test: to return the challenge that it was sent."""
        challenge = {"type": "url_verification", "token": token, "challenge": "made-up-challenge"}
        body = json.dumps(challenge).encode()
        headers = {"Content-Type": "application/json", **self._signature(body)}
        status, answer = self._post(body, headers, patience=3)
        returned = _read(answer)
        value = returned.get("challenge") if isinstance(returned, dict) else returned
        return status == http.HTTPStatus.OK and value == challenge["challenge"]

    def _signature(self, body: bytes) -> dict[str, str]:
        """The two headers, or what a stranger would send in their place."""
        if self.forgery == "unsigned":
            return {}
        moment = int(now().timestamp()) - (_STALE_SECONDS if self.forgery == "stale" else 0)
        stamp = "yesterday" if self.forgery == "junk" else str(moment)
        secret = self.secret + ("-not" if self.forgery == "signature" else "")
        signed = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signed}"}

    def _post(self, body: bytes, headers: dict[str, str], patience: float) -> tuple[int, bytes]:
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=patience)
        try:
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"
            connection.request("POST", path, body, {**headers, "User-Agent": "Slackbot 1.0"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def encode(kind: Kind, payload: Payload) -> tuple[str, bytes]:
    """The content type and the body of a request: events are JSON, commands a form, the rest JSON in a form."""
    if kind == "events_api":
        return "application/json", json.dumps(payload).encode()
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return "application/x-www-form-urlencoded", urlencode(form).encode()


def _read(answer: bytes) -> object:
    """JSON where it is, else the text; None where there is nothing."""
    text = answer.decode("utf-8", "replace")
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
