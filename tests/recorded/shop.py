"""A shop on loopback whose pages a test writes, and the product page collector as the service builds it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from collectors.base import Cursor, Page
from collectors.net import Net
from collectors.product_pages.collector import ProductPages
from collectors.product_pages.options import ProductPagesOptions

Answer = tuple[int, dict[str, str], bytes]
HTML = {"Content-Type": "text/html; charset=utf-8"}


@dataclass
class Shop:
    """A server whose pages a test writes; it remembers what it was asked."""

    pages: dict[str, Answer | Callable[[dict[str, str]], Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    url: str = ""

    def html(self, path: str, text: str, **headers: str) -> None:
        """Put a page at a path."""
        self.pages[path] = (
            200,
            {**HTML, **{name.replace("_", "-"): value for name, value in headers.items()}},
            text.encode(),
        )

    def redirect(self, path: str, to: str) -> None:
        """Send those who ask for the path elsewhere."""
        self.pages[path] = (302, {"Location": to}, b"")


def handler_of(shop: Shop) -> type[BaseHTTPRequestHandler]:
    """What answers for the shop."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            shop.asked.append(self.path)
            shop.agents.add(self.headers["User-Agent"])
            answer = shop.pages.get(self.path, (404, HTML, b"nothing here"))
            status, headers, body = (
                answer({k.lower(): v for k, v in self.headers.items()}) if callable(answer) else answer
            )
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:  # the crawler had enough
                self.close_connection = True
            if "Content-Length" in headers:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    return Handler


def product(*texts: str, more: str = "", total: int | None = None, date: str | None = "2026-02-03") -> str:
    """A product's page with these reviews."""
    node: dict[str, object] = {
        "@type": "Product",
        "name": "Lantern",
        "review": [
            {"@type": "Review", "reviewBody": text, "author": "Ann", "datePublished": date, "reviewRating": 4}
            for text in texts
        ],
    }
    if total is not None:
        node["aggregateRating"] = {"@type": "AggregateRating", "reviewCount": total}
    script = json.dumps(node)
    return (
        f'<html lang="en"><head><script type="application/ld+json">{script}</script></head><body>{more}</body></html>'
    )


def collector(url: str, *, base_url: str | None, **options: object) -> ProductPages:
    """The collector as the service builds it."""
    checked = ProductPagesOptions.model_validate({"url": url, **options})
    return ProductPages(checked, Net(base_url=base_url, timeout=20.0), seconds=120)


def run(url: str, *, base_url: str | None, cursor: Cursor | None = None, **options: object) -> list[Page]:
    """All pages of one run."""
    return list(collector(url, base_url=base_url, **options).pages(cursor))


def texts(pages: list[Page]) -> list[str]:
    """What the posts of a run say."""
    return [post.text for page in pages for post in page.posts]
