"""Serves a made-up Slack over HTTP: the Web API, the response_urls, a page to look at, and two doors for tests.

`GET /__messages__` shows what was sent; `POST /__faults__` with `{"rate_limited": 1, "dropped": 1, …}` makes the next
requests go wrong (see `faults.Faults`).
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from service.testing.slack import forms, methods, page, responses
from service.testing.slack.faults import Faults, Payload, RateLimited, Refused
from service.testing.slack.workspace import Workspace

_JSON_ARGUMENTS = ("blocks", "metadata", "unfurls", "view")  # written as JSON inside a form


@contextlib.contextmanager
def running(*workspaces: Workspace, port: int = 0) -> Iterator[str]:
    """Serve workspaces of one app on loopback while the block runs; gives the API's base URL. Port 0: any free one."""
    app = workspaces[0].app
    server = _Server(("127.0.0.1", port), workspaces)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    address = f"http://127.0.0.1:{server.server_address[1]}"
    app.start(address)
    thread.start()
    try:
        yield f"{address}/api/"
    finally:
        app.stop()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    """Knows the workspaces; what is asked with a token that fits none goes to the first."""

    def __init__(self, address: tuple[str, int], workspaces: tuple[Workspace, ...]) -> None:
        if any(workspace.app is not workspaces[0].app for workspace in workspaces):
            raise ValueError("The workspaces have different apps: make one App and give it to each.")
        super().__init__(address, _Handler)
        self.workspaces = workspaces

    def by_token(self, token: str) -> Workspace:
        return next((workspace for workspace in self.workspaces if workspace.token == token), self.workspaces[0])

    def by_team(self, team: str) -> Workspace | None:
        return next((workspace for workspace in self.workspaces if workspace.team == team), None)


class _Handler(BaseHTTPRequestHandler):
    """One request: the faults that were asked for, then the method."""

    server: _Server

    def do_GET(self) -> None:
        """Show the page or what was sent, or run a method that reads."""
        parts = urlsplit(self.path)
        if parts.path == "/":
            asked = dict(parse_qsl(parts.query))
            self._show(page.show(self.server.workspaces[0], asked.get("as", ""), asked.get("notice", "")))
        elif parts.path == "/__messages__":
            messages = [message for workspace in self.server.workspaces for message in workspace.messages()]
            self._answer(200, {"messages": messages})
        else:
            self._route(parts.path, b"")

    def do_POST(self) -> None:
        """Run a method, take an answer to something that was done, or set the faults."""
        path = urlsplit(self.path).path
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if path == "/__faults__":
            for workspace in self.server.workspaces:
                workspace.faults = Faults(**json.loads(body))
            self._answer(200, {"ok": True})
        elif path == "/__do__":
            self._do(parse_qs(body.decode(), keep_blank_values=True))
        else:
            self._route(path, body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
        """Say nothing: a request's line is of no use to whoever runs the fake."""

    def _route(self, path: str, body: bytes) -> None:
        match path.strip("/").split("/"):
            case ["api", method]:
                self._run(method, body)
            case ["respond", team, name] if workspace := self.server.by_team(team):
                self._respond(workspace, name, body)
            case _:
                self._answer(404, {"ok": False, "error": "not_found"})

    def _run(self, method: str, body: bytes) -> None:
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        token = token if scheme == "Bearer" else ""
        workspace = self.server.by_token(token)
        faults = workspace.faults if workspace.faults.only in ("", method) else Faults()
        time.sleep(faults.delay_seconds)
        if faults.take("rate_limited"):
            self._limit(faults.retry_after)
        elif faults.take("failed"):
            self._answer(500, {"ok": False, "error": "internal_error"})
        elif faults.answers:
            self._answer(200, {"ok": False, "error": faults.answers.pop(0)})
        else:
            try:
                answer = self._ask(workspace, method, token, body)
            except RateLimited as limited:
                self._limit(limited.retry_after)
                return
            if faults.take("dropped"):
                self.close_connection = True
            elif faults.take("failed_after"):
                self._answer(500, {"ok": False, "error": "internal_error"})
            else:
                self._answer(200, answer, {"X-OAuth-Scopes": workspace.scopes})

    def _ask(self, workspace: Workspace, method: str, token: str, body: bytes) -> Payload:
        try:
            arguments = self._arguments(body)
        except ValueError:
            return {"ok": False, "error": "invalid_json"}
        if method != "apps.connections.open":
            return methods.answer(workspace, method, token, arguments)
        try:
            return {"ok": True, **workspace.app.sockets.open(token, arguments)}
        except RateLimited:
            raise
        except Refused as refused:
            return refused.answer

    def _respond(self, workspace: Workspace, name: str, body: bytes) -> None:
        try:
            given = json.loads(body)
        except ValueError:
            self._answer(400, {"ok": False, "error": "invalid_payload"})
            return
        self._answer(*responses.respond(workspace, name, given))

    def _do(self, form: forms.Form) -> None:
        """What somebody did on the page; then show it again."""
        notice = forms.perform(self.server.workspaces[0], form)
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", "/?" + urlencode({"as": form["as"][0], "notice": notice}))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _show(self, html: str) -> None:
        body = html.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _arguments(self, body: bytes) -> Mapping[str, object]:
        """The request's arguments, from JSON, from a form, or from the address."""
        if "application/json" in self.headers.get("Content-Type", ""):
            given: dict[str, object] = json.loads(body or b"{}")
            return given
        asked = urlsplit(self.path).query
        form = dict(parse_qsl(f"{asked}&{body.decode()}", keep_blank_values=True))
        return {name: json.loads(value) if name in _JSON_ARGUMENTS else value for name, value in form.items()}

    def _limit(self, retry_after: int) -> None:
        answer = {"ok": False, "error": "ratelimited"}
        self._answer(HTTPStatus.TOO_MANY_REQUESTS, answer, {"Retry-After": str(retry_after)})

    def _answer(self, status: int, answer: Payload, headers: Mapping[str, str] | None = None) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # whoever asked did not wait
            self.wfile.write(body)
