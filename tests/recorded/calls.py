"""Calls of webhooks as the door keeps them, and how a sender signs them."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from collectors.base import JSON, Call
from service.domain.signatures import signature

SECRET = b"thirty-two bytes that are secret"
KEYS = {"WEBHOOK_SECRET": "whsec_" + b64encode(SECRET).decode()}
RECEIVED = datetime(2026, 9, 21, 12, tzinfo=UTC)


def signed(body: bytes, *, at: datetime, name: str = "msg_1", secret: bytes = SECRET) -> dict[str, str]:
    """The headers of a call that is sent at this time."""
    timestamp = str(int(at.timestamp()))
    return {
        "webhook-id": name,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(secret, name, timestamp, body),
        "content-type": "application/json",
    }


def review(number: int, **changed: JSON) -> dict[str, JSON]:
    """A review as somebody's shop might send it."""
    return {
        "id": f"r{number}", "author": {"name": f"Ana {number}", "id": f"u{number}"}, "stars": 4,
        "body": f"The lamp {number} flickers", "created_at": "2026-09-21T10:00:00Z", **changed,
    }  # fmt: skip


@dataclass
class Kept:
    """Calls that were kept."""

    calls: list[Call] = field(default_factory=list)

    @classmethod
    def of(cls, reviews: int) -> Self:
        """One call for each review."""
        made = cls()
        for number in range(reviews):
            made.add({"type": "review.created", "data": review(number)})
        return made

    def add(self, body: object) -> None:
        """Keep another call; a body of bytes is taken as it is."""
        number = len(self.calls) + 1
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.calls.append(Call(number=number, name=f"msg_{number}", received_at=RECEIVED, content=content))

    def after(self, number: int, *, most: int) -> Sequence[Call]:
        """The calls behind this number."""
        return [call for call in self.calls if call.number > number][:most]
