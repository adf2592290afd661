"""The sample internet in a thread of this process, for tests: `with serving(world) as address:`."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from service.testing.studio.internet import make_app
from service.testing.studio.world import World


@contextmanager
def serving(world: World) -> Iterator[str]:
    """Serve a world on a free port of 127.0.0.1 until the block ends; gives the address, without a slash at the end."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = uvicorn.Server(uvicorn.Config(make_app(world), log_level="warning", access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, name="sample-internet")
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
