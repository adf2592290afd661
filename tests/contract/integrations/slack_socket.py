"""A made-up Slack's Socket Mode on loopback: gives out addresses over HTTP, and speaks over WebSockets.

Not in service/testing, because that is installed without the extra `dev`, and with it websockets.
"""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

Frame = Mapping[str, object]

_PATIENCE = 20.0  # seconds: a bound for a machine that does other things too, not a measure


class Line:
    """Slack's end of one connection."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection
        self._answers: queue.Queue[object] = queue.Queue()
        self.gone = threading.Event()

    def say(self, frame: Frame | str) -> None:
        """Send a frame; a string is sent as it is."""
        self._connection.send(frame if isinstance(frame, str) else json.dumps(frame))

    def answer(self) -> object:
        """The next thing that the app sends; `queue.Empty` is raised where nothing comes."""
        return self._answers.get(timeout=_PATIENCE)

    def ended(self) -> bool:
        """Wait for the app to close the connection; False where it does not."""
        return self.gone.wait(_PATIENCE)

    def hang_up(self) -> None:
        """Close properly, with a closing frame."""
        self._connection.close()

    def drop(self) -> None:
        """Close without a word, as a machine in between does."""
        self._connection.socket.shutdown(socket.SHUT_RDWR)

    def listen(self) -> None:
        """Keep what the app sends, until it ends."""
        with contextlib.suppress(ConnectionClosed):
            for message in self._connection:
                self._answers.put(json.loads(message))
        self.gone.set()


class SocketMode:
    """Slack's side. What a test sets here holds for what comes next."""

    def __init__(self, app_token: str) -> None:
        self.app_token = app_token
        self.scopes = "connections:write"
        self.refusals: list[str] = []  # the next errors of apps.connections.open, by name
        self.limited = 0  # how many of the next questions are answered with 429
        self.turned_away = 0  # how many of the next connections are not let in
        self.greets = True
        self.elsewhere: str | None = None  # the address that is given out, if not ours
        self.asked = 0  # how often an address was asked for
        self.lines: queue.Queue[Line] = queue.Queue()
        self.others: list[int] = []  # for each connection, how many were open when it came
        self._opened: list[Line] = []
        self._tickets: set[str] = set()
        self._port = 0

    def line(self) -> Line:
        """The next connection that the app opened; `queue.Empty` is raised where none comes."""
        return self.lines.get(timeout=_PATIENCE)

    def open(self, method: str, token: str, arguments: str) -> Frame:
        """What apps.connections.open answers."""
        self.asked += 1
        if error := self._refusal(method, token, arguments):
            return {"ok": False, "error": error, "needed": "connections:write", "provided": self.scopes}
        if self.elsewhere is not None:
            return {"ok": True, "url": self.elsewhere}
        ticket = f"very-secret-ticket-{self.asked}"
        self._tickets.add(ticket)
        return {"ok": True, "url": f"ws://127.0.0.1:{self._port}/link/?ticket={ticket}&app_id=A0EARFUL01"}

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Let apps connect while the block runs."""
        with serve(self._attend, "127.0.0.1", 0, process_request=self._let_in, compression=None) as server:
            self._port = int(server.socket.getsockname()[1])
            with _in_thread(server.serve_forever, server.shutdown):
                yield

    def _refusal(self, method: str, token: str, arguments: str) -> str:
        """The name of the error; empty where there is none."""
        if self.refusals:
            return self.refusals.pop(0)
        refusals = {
            "unknown_method": method != "apps.connections.open",
            "not_authed": not token or "token" in parse_qs(arguments),  # Slack takes it in the header alone
            "not_allowed_token_type": token.startswith("xoxb-"),
            "invalid_auth": token != self.app_token,
            "missing_scope": "connections:write" not in self.scopes,
        }
        return next((error for error, applies in refusals.items() if applies), "")

    def _let_in(self, connection: ServerConnection, request: Request) -> Response | None:
        """Each ticket opens one connection."""
        ticket = parse_qs(urlsplit(request.path).query).get("ticket", [""])[0]
        if self.turned_away > 0:
            self.turned_away -= 1
            return Response(HTTPStatus.REQUEST_TIMEOUT, "Request Timeout", Headers({"Content-Length": "0"}))
        if ticket not in self._tickets:
            return connection.respond(HTTPStatus.UNAUTHORIZED, "This ticket opens nothing.")
        self._tickets.remove(ticket)
        self.others.append(sum(not line.gone.is_set() for line in self._opened))
        return None

    def _attend(self, connection: ServerConnection) -> None:
        line = Line(connection)
        self._opened.append(line)
        if self.greets:
            line.say({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0EARFUL01"}})
        self.lines.put(line)
        line.listen()


@contextlib.contextmanager
def running(slack: SocketMode) -> Iterator[str]:
    """Serve on loopback while the block runs; gives the Web API's address."""
    with slack.serving():
        server = _Api(slack)
        with server, _in_thread(lambda: server.serve_forever(poll_interval=0.05), server.shutdown):
            yield f"http://127.0.0.1:{server.server_address[1]}/api/"


class _Api(ThreadingHTTPServer):
    def __init__(self, slack: SocketMode) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.slack = slack


class _Handler(BaseHTTPRequestHandler):
    """One question for an address."""

    server: _Api

    def do_POST(self) -> None:
        """Answer as Slack does."""
        arguments = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.server.slack.limited > 0:
            self.server.slack.limited -= 1
            self._answer(429, {"ok": False, "error": "ratelimited"})
            return
        method = urlsplit(self.path).path.rpartition("/")[2]
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        self._answer(200, self.server.slack.open(method, token, arguments))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
        """Say nothing: a request's line is of no use to whoever runs the fake."""

    def _answer(self, status: int, answer: Frame) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(body)


@contextlib.contextmanager
def _in_thread(run: Callable[[], None], end: Callable[[], None]) -> Iterator[None]:
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        end()
        thread.join()
