"""A server on this machine, in a process of its own, that answers as Steam's reviews do, as fast as it can.

For measuring: every page is made before the first question.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from urllib.parse import parse_qs, urlsplit

_BEGIN = 1_790_000_000  # seconds since 1970
_EVERY = 600  # seconds between two reviews


@contextmanager
def serving(texts: Sequence[str], *, reviews: int, page: int) -> Iterator[str]:
    """The server's address while the context lasts. Its reviews say `texts` in turn, newest first."""
    hears, tells = get_context("fork").Pipe(duplex=False)
    process = get_context("fork").Process(target=_serve, args=(_pages(texts, reviews, page), tells), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{hears.recv()}"
    finally:
        process.terminate()
        process.join()


def _serve(pages: dict[str, bytes], tells: Connection) -> None:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            asked = json.loads(parse_qs(urlsplit(self.path).query)["input_json"][0])
            body = pages[asked["cursor"]]
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tells.send(server.server_address[1])
    server.serve_forever()


def _pages(texts: Sequence[str], reviews: int, page: int) -> dict[str, bytes]:
    """Cursor -> the answer; the last page is empty, as Steam's is."""
    found = {}
    for start in range(0, reviews + page, page):
        shown = [_review(number, texts) for number in range(start, min(start + page, reviews))]
        answer = {"cursor": str(start + page) if shown else "", "total_matching": reviews, "reviews": shown}
        found["*" if start == 0 else str(start)] = json.dumps({"response": answer}).encode()
    return found


def _review(number: int, texts: Sequence[str]) -> dict[str, object]:
    at = _BEGIN - _EVERY * number
    return {
        "recommendationid": str(number + 1),
        "author": {"steamid": str(76561198000000000 + number % 1000)},
        "language": "english",
        "review": texts[number % len(texts)],
        "timestamp_created": at,
        "timestamp_updated": at,
        "voted_up": number % 3 > 0,
        "votes_up": number % 7,
        "comment_count": 0,
    }
