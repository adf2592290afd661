"""A web server on loopback whose answers a test writes, faults included."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request that the server received."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    many: Mapping[str, list[str]] = field(default_factory=dict)  # the query, for parameters that come several times


@dataclass(frozen=True)
class Reply:
    """What to answer. `fault` "reset" closes the connection without a word, "cut" in the middle of the body.

    With `frames` the connection becomes a WebSocket that sends them as texts and says good-bye, or with "cut" does not,
    or with "silence" stays and says no more.
    """

    body: object = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""
    frames: Sequence[str] | None = None

    def data(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


Answering = Callable[[Asked], Reply]


class Web:
    """The running server: where it is, and what it was asked."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.asked: list[Asked] = []
        self.url = ""


class _Handler(BaseHTTPRequestHandler):
    web: Web
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        asked = Asked(
            self.command,
            parts.path,
            query,
            {k.lower(): v for k, v in self.headers.items()},
            body,
            parse_qs(parts.query),
        )
        self.web.asked.append(asked)
        reply = self.web.answering(asked)
        if reply.fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        if reply.frames is not None:
            self._speak(reply.frames, reply.fault)
            return
        data = reply.data()
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data) + (100 if reply.fault == "cut" else 0)))
        self.end_headers()
        with suppress(BrokenPipeError):  # who asked may have gone
            self.wfile.write(data)
        self.close_connection = self.close_connection or reply.fault == "cut"

    def _speak(self, frames: Sequence[str], fault: str) -> None:
        """Be a WebSocket (RFC 6455): one text a frame, then a close with status 1000."""
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        for name, value in {"Upgrade": "websocket", "Connection": "Upgrade"}.items():
            self.send_header(name, value)
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        for frame in frames:
            data = frame.encode()
            self.wfile.write(b"\x81\x7f" + struct.pack("!Q", len(data)) + data)
        if not fault:
            self.wfile.write(b"\x88\x02\x03\xe8")
        if fault != "cut":
            self.rfile.read(8)  # the client's good-bye
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serve(answering: Answering) -> Iterator[Web]:
    """Serve on a free port of 127.0.0.1 until the block ends."""
    web = Web(answering)
    methods = {f"do_{name}": _Handler.answer for name in ("GET", "POST", "PUT", "PATCH", "DELETE")}
    handler = type("Handler", (_Handler,), {"web": web, **methods})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    web.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield web
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
