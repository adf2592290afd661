"""Signed webhooks by the Standard Webhooks scheme (github.com/standard-webhooks, specification 1.0): is a call genuine?

Ours and not the `standardwebhooks` package, because that asks the clock itself, and takes one secret where changing a
secret needs two for a while.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

PATIENCE = timedelta(minutes=5)  # by which the sender's clock may differ; older calls may be replays
_PREFIX = "whsec_"
_SHORTEST = 16  # bytes of a secret
_LONGEST_NAME = 256


def secrets_of(text: str) -> tuple[bytes, ...]:
    """The secrets in a setting: `whsec_` and base64; two with a space between them while one takes over.

    Raises ValueError in words, without the secret, where one is not of that form or too short.
    """
    found = []
    for word in text.split():
        try:
            secret = b64decode(word.removeprefix(_PREFIX), validate=True)
        except ValueError:
            secret = b""
        if len(secret) < _SHORTEST:
            raise ValueError(f"a secret is {_PREFIX} and at least {_SHORTEST} random bytes in base64")
        found.append(secret)
    return tuple(found)


def signature(secret: bytes, name: str, timestamp: str, body: bytes) -> str:
    """The signature of a call, as it stands in the header `webhook-signature`."""
    signed = f"{name}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.digest(secret, signed, "sha256")).decode()


def problem_of(
    secrets: Sequence[bytes], *, name: str, timestamp: str, signatures: str, body: bytes, now: datetime
) -> str | None:
    """What is wrong with a call, in a sentence; None where it is genuine. The three texts are the headers' values."""
    if not name or not timestamp or not signatures:
        return "A call needs the headers webhook-id, webhook-timestamp and webhook-signature."
    if len(name) > _LONGEST_NAME or not (name.isascii() and name.isprintable()):
        return f"webhook-id must be printable ASCII, {_LONGEST_NAME} characters at most."
    genuine = [signature(secret, name, timestamp, body) for secret in secrets]
    given = [word.encode() for word in signatures.split()]
    if not any(hmac.compare_digest(each.encode(), other) for each in genuine for other in given):
        return "webhook-signature does not fit the secret, the headers and the body."
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 11:
        return "webhook-timestamp must be seconds since 1970."
    if abs(datetime.fromtimestamp(int(timestamp), UTC) - now) > PATIENCE:
        minutes = int(PATIENCE.total_seconds() // 60)
        return f"webhook-timestamp is more than {minutes} minutes away from our clock. Sign each attempt anew."
    return None
