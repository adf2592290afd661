"""Asking Bluesky: signed in where it wants that, at its public door where it does not."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from collectors import fields
from collectors.base import JSON, SourceBusy, SourceRefused
from collectors.net import Net

HOME = "https://public.api.bsky.app"
HANDLE, PASSWORD = "BLUESKY_HANDLE", "BLUESKY_APP_PASSWORD"


class Door:
    """Asks for one run of a source; signs in once, when that is first needed (an account may 300 times a day)."""

    def __init__(self, net: Net, server: str, keys: tuple[str, str] | None) -> None:
        """`server` is where the account lives; `keys` its handle and an app password, None to stay a stranger."""
        self._net = net
        self._server = f"https://{server}"
        self._keys = keys
        self._token: str | None = None
        for home in (HOME, self._server):
            net.home(home)

    def items(
        self, method: str, params: Iterable[tuple[str, str]], inside: str, *, signed_in: bool
    ) -> tuple[list[JSON], str]:
        """The list in the field `inside` of an answer, and where its next page begins; empty at the end.

        Raises:
            SourceBusy: no answer, too many requests, or another form than we know.
            SourceRefused: wrong keys, none where some are needed, or no such account.
        """
        answer = self._get(f"/xrpc/{method}?{urlencode([*params])}", signed_in)
        found = answer.get(inside) if isinstance(answer, dict) else None
        if not isinstance(answer, dict) or not isinstance(found, list):
            raise SourceBusy(f"Bluesky answered {method} in a form that we do not know; its API may have changed.")
        return found, fields.text_or_none(answer, "cursor") or ""

    def sign_in(self) -> None:
        """Sign in where there are keys and that was not done yet. Raises as `items`."""
        if self._keys is not None and self._token is None:
            self._token = self._sign_in(*self._keys)

    def _get(self, path: str, signed_in: bool) -> JSON:
        if not signed_in:
            return self._net.json(f"{HOME}{path}")
        if self._keys is None:
            try:
                return self._net.json(f"{HOME}{path}")
            except SourceRefused as refused:
                advice = f"Bluesky wants a sign-in for it: set {HANDLE} and {PASSWORD}."
                raise SourceRefused(str(refused), what_to_do=advice, status=refused.status) from refused
        self.sign_in()
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        return self._net.json(f"{self._server}{path}", headers=headers)

    def _sign_in(self, handle: str, password: str) -> str:
        """The token of a session; empty where nobody can: a gateway in the server's place signs in by itself."""
        asked: JSON = {"identifier": handle, "password": password}
        try:
            answer = self._net.json(f"{self._server}/xrpc/com.atproto.server.createSession", data=asked)
        except SourceRefused as refused:
            if refused.status == 404:
                return ""
            if refused.status not in {400, 401}:
                raise
            advice = f"Check {HANDLE} and {PASSWORD}: it must be an app password, not the account's own."
            raise SourceRefused(
                "Bluesky does not accept our keys.", what_to_do=advice, status=refused.status
            ) from refused
        token = fields.text_or_none(answer, "accessJwt") if isinstance(answer, dict) else None
        if token is None:
            raise SourceBusy("Bluesky answered our sign-in in a form that we do not know.")
        return token
