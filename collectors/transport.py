"""Connections to checked addresses: what a name resolves to is checked and connected to in one step, so that a name
server which changes its answer in between (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator
from functools import cache

import httpcore
import httpx

from collectors.addresses import only_public, resolve


@cache
def _tls() -> ssl.SSLContext:
    """The certificates that we trust; reading them takes longer than a request."""
    return httpx.create_ssl_context()


class CheckedBackend(httpcore.NetworkBackend):
    """Opens TCP connections to checked addresses only; `trusted` is the (host, port) that needs no check."""

    def __init__(self, trusted: tuple[str, int] | None) -> None:
        self._trusted = trusted
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that answers. Raises as `refuse_private` and httpcore do."""
        found = resolve(host, port)
        if (host.lower(), port) != self._trusted:
            found = only_public(host, found)
        failure: Exception | None = None
        for address in found[:4]:
            try:
                return self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address")


class _Stream(httpx.SyncByteStream):
    """An answer's body, as httpx wants to read it."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class Transport(httpx.BaseTransport):
    """httpx over a connection pool that checks each address (httpx's own transport cannot be given a backend).

    `trusted` is the (host, port) that may be private. Raises what httpcore raises, and as `refuse_private` does.
    """

    def __init__(self, *, trusted: tuple[str, int] | None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(), max_connections=4, keepalive_expiry=30, network_backend=CheckedBackend(trusted)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Stream(answer), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()
