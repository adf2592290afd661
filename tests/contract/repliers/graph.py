"""What the made-up Facebook and Instagram share: Meta's Graph API, where every error has the status 400."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from integrations.base import MessageRejected, OutcomeUncertain, TargetBusy, TargetRefused
from tests.contract.repliers.fake import NOW, HttpFake, On, Peculiar, Refused
from tests.recorded.web import Asked, Reply

TOKEN, APP_SECRET = "page-token-very-secret", "app-very-secret"
PROOF = hmac.new(APP_SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
AT = NOW.strftime("%Y-%m-%dT%H:%M:%S+0000")  # as Meta writes it
_CODES = {400: 100, 401: 190, 403: 200}


def failing(code: int, message: str, **more: Any) -> Reply:
    """How Meta says that something went wrong."""
    return Reply({"error": {"message": message, "type": "OAuthException", "code": code, **more}}, status=400)


PECULIAR = (
    Peculiar(
        name="trouble", reply=failing(2, "Service temporarily unavailable", is_transient=True), error=OutcomeUncertain
    ),
    Peculiar(
        name="trouble-while-reading",
        reply=failing(2, "Service temporarily unavailable", is_transient=True),
        error=TargetBusy,
        on=On.READ,
    ),
    Peculiar(name="too-many", reply=failing(4, "Application limit"), error=TargetBusy, retry_after=3600.0),
    Peculiar(name="spam", reply=failing(368, "The action attempted has been deemed abusive"), error=TargetRefused),
    Peculiar(name="words", reply=failing(100, "Too many hashtags"), error=MessageRejected),
)


@dataclass
class GraphFake(HttpFake):
    """One of Meta's platforms, with comments under names."""

    waits: ClassVar[float | None] = 60.0
    peculiar = PECULIAR

    comments: list[dict[str, Any]] = field(default_factory=list)

    def lets_in(self, asked: Asked) -> bool:
        given = {**asked.query, **dict(parse_qsl(asked.body.decode()))}
        return asked.headers.get("authorization") == f"Bearer {TOKEN}" and given.get("appsecret_proof") == PROOF

    def error(self, status: int, reason: str) -> Reply:
        subcode: Mapping[str, int] = {"error_subcode": 33} if status == 404 else {}
        return failing(_CODES.get(status, 100), reason, **subcode)

    def busy(self) -> Reply:
        usage = '{"111":[{"type":"pages","call_count":100,"estimated_time_to_regain_access":1}]}'
        body = failing(32, "Page request limit reached").body
        return Reply(body, status=400, headers={"X-Business-Use-Case-Usage": usage})

    def named(self, name: str) -> dict[str, Any]:
        """A comment, where it is there."""
        found = next((one for one in self.comments if one["id"] == name), None)
        if found is None:
            raise Refused(404, f"Unsupported get request. Object with ID '{name}' does not exist")
        return found

    def page(self, asked: Asked, listed: list[dict[str, Any]], *, size: int = 2) -> Reply:
        """A page of a list; it is short, so that there are several."""
        begin = int(asked.query.get("after", "0"))
        following = begin + size < len(listed)
        paging = {"cursors": {"after": str(begin + size)}, **({"next": "https://secret.example"} if following else {})}
        return Reply({"data": listed[begin : begin + size], "paging": paging})
