"""Meta's Graph API, behind which Facebook and Instagram stand (developers.facebook.com/docs/graph-api).

Every error is an answer of 400 with a code inside, which says what the status does not.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping

from integrations.base import JSON, IntegrationError, MessageRejected, OutcomeUncertain, TargetBusy, TargetRefused
from integrations.net import Door, Heard

HOME = "https://graph.facebook.com"
_VERSION = "/v26.0"
_HOUR = 3600.0  # seconds; the window over which Meta counts requests
_TOO_MANY = {4, 17, 32, 341, 613, *range(80_000, 80_100)}
_PASSING = {1, 2}
_TOKEN = {102, 104, 190, 463, 467}
_BLOCKED = 368
_GONE = {(100, 33), (803, None), (803, 33)}  # code and subcode of "there is no such object, or not for you"
_REGAIN = re.compile(r'"estimated_time_to_regain_access"\s*:\s*(\d{1,6})')  # in minutes


class NotThere(MessageRejected):
    """There is no such object, or not for this token."""


class Graph:
    """Asks with one token; with the app's secret each request proves that it is known."""

    def __init__(self, base: str | None, token: str, app_secret: str | None, *, name: str, what_to_do: str) -> None:
        self._door = Door(
            base or HOME,
            name=name,
            what_to_do=what_to_do,
            headers={"Authorization": f"Bearer {token}"},
            verdict=lambda heard: _verdict(heard, what_to_do),
        )
        self._proof: dict[str, str] = {}
        if app_secret:
            proof = hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
            self._proof = {"appsecret_proof": proof}

    def show(self, name: str, fields: str) -> Heard:
        """An object. Raises NotThere, and as `Door.read`."""
        found = self._door.read(f"{_VERSION}/{name}", params={"fields": fields, **self._proof})
        if not found.words("id"):
            raise self._door.strange(writing=False)
        return found

    def edge(self, name: str, params: Mapping[str, str]) -> Iterator[list[Mapping[str, JSON]]]:
        """The pages of an edge, to its end. Raises NotThere, and as `Door.read`."""
        after: dict[str, str] = {}
        while True:
            found = self._door.read(f"{_VERSION}/{name}", params={**params, **after, **self._proof})
            if not isinstance(found.get("data"), list):
                raise self._door.strange(writing=False)
            yield found.objects("data")
            onward = found.words("paging", "cursors", "after")
            if not onward or not found.words("paging", "next") or {"after": onward} == after:
                return
            after = {"after": onward}

    def write(self, name: str, said: Mapping[str, str]) -> Heard:
        """Make something, or change it. Raises as `Door.ask`."""
        heard = self._door.ask("POST", f"{_VERSION}/{name}", form={**said, **self._proof})
        if not (heard.words("id") or heard.get("success") is True):
            raise self._door.strange(writing=True)
        return heard

    def remove(self, name: str) -> None:
        """Delete an object; one that is gone already is no error."""
        try:
            self._door.ask("DELETE", f"{_VERSION}/{name}", params=self._proof)
        except NotThere:
            return


def _verdict(heard: Heard, what_to_do: str) -> IntegrationError | None:
    code, subcode = heard.get("error", "code"), heard.get("error", "error_subcode")
    if not isinstance(code, int):
        return None
    said = " ".join(heard.words("error", "message").split())[:200]
    if code in _TOO_MANY:
        regained = _REGAIN.findall(heard.headers.get("x-business-use-case-usage", ""))
        return TargetBusy(
            f"Meta asks to wait ({code}).", retry_after=60.0 * max(map(int, regained), default=0) or _HOUR
        )
    if code in _PASSING or heard.get("error", "is_transient") is True:
        return OutcomeUncertain(f"Meta has trouble of its own ({code}): {said}")
    gone = (code, subcode) in _GONE
    rejected = (NotThere if gone else MessageRejected)(f"Meta did not take it ({code}): {said}")
    return _refusal(code, said, what_to_do) or rejected


def _refusal(code: int, said: str, what_to_do: str) -> TargetRefused | None:
    """What is wrong with the token or the account; None where it is something else."""
    if code in _TOKEN:
        what_to_do = "Get a new token; the old one may have ended or been withdrawn."
    elif code == _BLOCKED:
        what_to_do = "See what the account's support inbox says; answer less often, and never with the same words."
    elif code not in {3, 10} and not 200 <= code < 300:
        return None
    return TargetRefused(f"Meta refused ({code}): {said}", what_to_do=what_to_do)
