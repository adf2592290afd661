"""The door through Socket Mode: gives out addresses, and speaks over the WebSockets that the app opens.

https://docs.slack.dev/apis/events-api/using-socket-mode. Needs the package websockets, from the extra `dev`, once an
app asks for an address.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from service.testing.slack.delivery import Attempt, Delivery
from service.testing.slack.faults import Payload, RateLimited, Refused
from service.testing.slack.lines import Envelope, Line

if TYPE_CHECKING:
    from websockets.http11 import Request, Response
    from websockets.sync.server import Server, ServerConnection

_PATIENCE = 20.0  # seconds: a bound for a machine that does other things too, not a measure
_MOST_LINES = 10


class SocketMode:
    """Slack's side. What a test sets here holds for what comes next."""

    def __init__(self, app_id: str, app_token: str) -> None:
        self.app_id = app_id
        self.app_token = app_token
        self.scopes = "connections:write"
        self.refusals: list[str] = []  # the next errors of apps.connections.open, by name
        self.limited = 0  # how many of the next questions are answered with 429
        self.turned_away = 0  # how many of the next connections are not let in
        self.greets = True
        self.elsewhere: str | None = None  # the address that is given out, if not ours
        self.asked = 0  # how often an address was asked for, in time
        self.lines: queue.Queue[Line] = queue.Queue()
        self.others: list[int] = []  # for each connection, how many were open when it came
        self._opened: list[Line] = []
        self._tickets: set[str] = set()
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._sent = 0
        self._lock = threading.Lock()

    def line(self) -> Line:
        """The next connection that the app opened; `queue.Empty` is raised where none comes."""
        return self.lines.get(timeout=_PATIENCE)

    def each(self) -> list[Line]:
        """The connections that are open, the oldest first."""
        with self._lock:
            return [line for line in self._opened if not line.gone.is_set()]

    def open(self, token: str, arguments: Mapping[str, object]) -> Payload:
        """What apps.connections.open answers; raises `Refused`."""
        with self._lock:
            if self.limited > 0:
                self.limited -= 1
                raise RateLimited(0)
            self.asked += 1
            if error := self._refusal(token, arguments):
                raise Refused(error, needed="connections:write", provided=self.scopes)
            if self.elsewhere is not None:
                return {"url": self.elsewhere}
            ticket = f"very-secret-ticket-{self.asked}"
            self._tickets.add(ticket)
            return {"url": f"ws://127.0.0.1:{self._port()}/link/?ticket={ticket}&app_id={self.app_id}"}

    def attempt(self, delivery: Delivery, number: int, why: str, patience: float) -> Attempt:
        """Send an envelope to one of the connections, and wait for its acknowledgement."""
        began = time.monotonic()
        line = self._next_line()
        if line is None:
            return Attempt(door="socket", seconds=0.0, why="connection_failed")
        with self._lock:
            self._sent += 1
            envelope = Envelope(f"made-up-envelope-{self._sent}")
        retry = {"retry_attempt": number, "retry_reason": why} if delivery.kind == "events_api" else {}
        frame = {
            "envelope_id": envelope.id,
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": _is_asked(delivery),
            **retry,
        }
        acknowledged = line.deliver(envelope, frame, patience)
        seconds = time.monotonic() - began
        if acknowledged:
            return Attempt(door="socket", seconds=seconds, body=envelope.body)
        return Attempt(door="socket", seconds=seconds, why="connection_failed" if line.gone.is_set() else "timeout")

    def stop(self) -> None:
        """Hang up on everybody, and listen no more."""
        for line in self._opened:
            line.hang_up()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server = self._thread = None
        for line in self._opened:
            line.ended()

    def _next_line(self) -> Line | None:
        """Each connection in turn; one that was asked to renew itself only where there is no other."""
        alive = self.each()
        fresh = [line for line in alive if not line.leaving] or alive
        return fresh[self._sent % len(fresh)] if fresh else None

    def _refusal(self, token: str, arguments: Mapping[str, object]) -> str:
        """The name of the error; empty where there is none."""
        if self.refusals:
            return self.refusals.pop(0)
        refusals = {
            "not_authed": not token or "token" in arguments,  # Slack takes it in the header alone
            "not_allowed_token_type": token.startswith("xoxb-"),
            "invalid_auth": token != self.app_token,
            "missing_scope": "connections:write" not in self.scopes,
        }
        return next((error for error, applies in refusals.items() if applies), "")

    def _port(self) -> int:
        """Where the WebSockets are served, from the first time that somebody asks."""
        if self._server is None:
            from websockets.sync.server import serve

            self._server = serve(self._attend, "127.0.0.1", 0, process_request=self._let_in, compression=None)
            self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
            self._thread.start()
        return int(self._server.socket.getsockname()[1])

    def _let_in(self, connection: ServerConnection, request: Request) -> Response | None:
        """Each ticket opens one connection."""
        ticket = parse_qs(urlsplit(request.path).query).get("ticket", [""])[0]
        with self._lock:
            if self.turned_away > 0:
                self.turned_away -= 1
                return connection.respond(HTTPStatus.REQUEST_TIMEOUT, "")
            if ticket not in self._tickets:
                return connection.respond(HTTPStatus.UNAUTHORIZED, "This ticket opens nothing.")
            self._tickets.remove(ticket)
            self.others.append(sum(not line.gone.is_set() for line in self._opened))
        return None

    def _attend(self, connection: ServerConnection) -> None:
        from websockets.exceptions import ConnectionClosed

        line = Line(connection)
        with self._lock:
            self._opened.append(line)
            number = sum(not line.gone.is_set() for line in self._opened)
        with contextlib.suppress(ConnectionClosed):
            if number > _MOST_LINES:
                line.disconnect("too_many_websockets")
                line.hang_up()
            elif self.greets:
                line.say({"type": "hello", "num_connections": number, "connection_info": {"app_id": self.app_id}})
        self.lines.put(line)
        line.listen()


def _is_asked(delivery: Delivery) -> bool:
    """Whether the acknowledgement may say more than that it is one."""
    return delivery.kind == "slash_commands" or delivery.payload["type"] in {"view_submission", "block_suggestion"}
