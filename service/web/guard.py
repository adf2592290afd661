"""What every request passes and every answer carries: the Host check, the bound on bodies, the security headers."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 1_000_000  # of a request's body; nothing that people or programs send here comes near
_BODY = "earful.body"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """ASGI middleware around the whole application.

    The Host check keeps a web page from reaching a loopback server through a name of its own that it points at
    127.0.0.1 (DNS rebinding).
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = LOOPBACK | {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse foreign hosts; add the headers to every answer, to refusals too."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        headers = Headers(scope=scope)
        if host_of(headers.get("host", "")) not in self._hosts:
            refusal = PlainTextResponse(
                "Earful answers only under the address that it was started with. Open it as http://127.0.0.1 with its "
                "port, or set EARFUL_PUBLIC_URL to the address that you type.\n",
                status_code=421,
            )
            await refusal(scope, receive, send_guarded)
            return
        body = b"" if scope["method"] in ("GET", "HEAD") else await _body(headers, receive)
        if body is None:
            text = f"A request's body may have {MOST_BYTES:,} bytes at most.\n"
            await PlainTextResponse(text, status_code=413)(scope, receive, send_guarded)
            return
        await self._app({**scope, _BODY: body}, _Replay(body, receive), send_guarded)


class _Replay:
    """The body once more for the application, which reads it as it comes."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._first: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._receive = receive

    async def __call__(self) -> Message:
        """The whole body, then whatever the server tells."""
        first, self._first = self._first, None
        return first if first is not None else await self._receive()


async def _body(headers: Headers, receive: Receive) -> bytes | None:
    """The body of a request; None where it has more than `MOST_BYTES`, or its sender hung up in the middle."""
    told = headers.get("content-length", "0")
    if told.isdigit() and int(told) > MOST_BYTES:
        return None
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MOST_BYTES or message["type"] == "http.disconnect":
            return None
        if not message.get("more_body", False):
            return bytes(body)


def body_of(request: Request) -> bytes:
    """The body as it was sent, for a plain function, which cannot wait for it itself."""
    body: bytes = request.scope[_BODY]
    return body


def host_of(header: str) -> str:
    """The host in a Host header, in lower case, without port and brackets; empty where it is none."""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""
