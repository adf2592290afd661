"""Shops on loopback."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer

import pytest

from tests.recorded.shop import Shop, handler_of


@pytest.fixture
def open_shop() -> Iterator[Callable[[], Shop]]:
    """Opens shops on loopback, and closes them."""
    servers = []

    def start() -> Shop:
        shop = Shop()
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(shop))
        server.daemon_threads = True
        shop.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        servers.append(server)
        return shop

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def shop(open_shop: Callable[[], Shop]) -> Shop:
    """One shop."""
    return open_shop()
