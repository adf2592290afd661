"""A made-up Slack that speaks the Web API over HTTP: `python -m service.testing.slack --port 8555`.

Point SLACK_API_URL at `http://127.0.0.1:8555/api/` and give it the token `xoxb-made-up`. It takes what the real one
takes and refuses the rest with the same words. `GET /__messages__` shows what was sent; `POST /__faults__` with
`{"rate_limited": 1, "dropped": 1, …}` makes the next requests go wrong (see `slack_workspace.Faults`).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from service.testing.slack_workspace import Answer, Faults, Workspace

_JSON_ARGUMENTS = ("blocks", "metadata")  # written as JSON inside a form


class _Server(ThreadingHTTPServer):
    """Serves one workspace."""

    def __init__(self, address: tuple[str, int], workspace: Workspace) -> None:
        super().__init__(address, _Handler)
        self.workspace = workspace


class _Handler(BaseHTTPRequestHandler):
    """One request: the faults that were asked for, then the method."""

    server: _Server

    def do_GET(self) -> None:
        """Show what was sent."""
        if urlsplit(self.path).path == "/__messages__":
            self._answer(200, {"messages": self.server.workspace.messages()})
        else:
            self._answer(404, {"ok": False, "error": "not_found"})

    def do_POST(self) -> None:
        """Run a method, or set the faults."""
        path = urlsplit(self.path).path
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if path == "/__faults__":
            self.server.workspace.faults = Faults(**json.loads(body))
            self._answer(200, {"ok": True})
        else:
            self._run(path.rpartition("/")[2], body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
        """Say nothing: a request's line is of no use to whoever runs the fake."""

    def _run(self, method: str, body: bytes) -> None:
        workspace, faults = self.server.workspace, self.server.workspace.faults
        time.sleep(faults.delay_seconds)
        if faults.take("rate_limited"):
            self._answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(faults.retry_after)})
        elif faults.take("failed"):
            self._answer(500, {"ok": False, "error": "internal_error"})
        elif faults.answers:
            self._answer(200, {"ok": False, "error": faults.answers.pop(0)})
        else:
            answer = self._ask(method, body)
            if faults.take("dropped"):
                self.close_connection = True
            elif faults.take("failed_after"):
                self._answer(500, {"ok": False, "error": "internal_error"})
            else:
                self._answer(200, answer, {"X-OAuth-Scopes": workspace.scopes})

    def _ask(self, method: str, body: bytes) -> Answer:
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        try:
            arguments = self._arguments(body)
        except ValueError:
            return {"ok": False, "error": "invalid_json"}
        return self.server.workspace.answer(method, token if scheme == "Bearer" else None, arguments)

    def _arguments(self, body: bytes) -> dict[str, object]:
        """The request's arguments, from JSON or from a form."""
        if "application/json" in self.headers.get("Content-Type", ""):
            given: dict[str, object] = json.loads(body or b"{}")
            return given
        form: dict[str, object] = dict(parse_qsl(body.decode(), keep_blank_values=True))
        return {name: json.loads(str(form[name])) if name in _JSON_ARGUMENTS else form[name] for name in form}

    def _answer(self, status: int, answer: Answer, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # whoever asked did not wait
            self.wfile.write(body)


@contextlib.contextmanager
def running(workspace: Workspace, *, port: int = 0) -> Iterator[str]:
    """Serve the workspace on loopback while the block runs; gives the API's base URL. Port 0: any free one."""
    server = _Server(("127.0.0.1", port), workspace)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/api/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="A made-up Slack that speaks the Web API over HTTP.")
    parser.add_argument("--port", type=int, default=8555)
    parser.add_argument("--token", default="xoxb-made-up")
    options = parser.parse_args()
    with running(Workspace(token=options.token), port=options.port) as url, contextlib.suppress(KeyboardInterrupt):
        print(f"SLACK_API_URL={url} SLACK_BOT_TOKEN={options.token}", flush=True)  # noqa: T201 (its only output)
        threading.Event().wait()


if __name__ == "__main__":
    main()
