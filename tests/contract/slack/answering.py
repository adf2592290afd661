"""An app that only keeps what it is sent over HTTP, and answers as it is told."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    headers: dict[str, str]
    body: str


@dataclass(slots=True)
class Answering:
    """Where it listens, and what came."""

    url: str
    asked: list[Asked] = field(default_factory=list)


@contextlib.contextmanager
def answering(statuses: Sequence[int], *, seconds: float = 0.0, body: str = "") -> Iterator[Answering]:
    """Answer with these statuses in turn, and then with the last one, each after some `seconds`, with this `body`."""
    kept = Answering("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            kept.asked.append(Asked(dict(self.headers), sent))
            status = statuses[min(len(kept.asked), len(statuses)) - 1]
            time.sleep(seconds)
            with contextlib.suppress(ConnectionError):
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_address[1]}/slack/events"
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
