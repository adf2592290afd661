"""Which addresses a collector may connect to: public ones, and the one origin that the operator named.

Addresses come from configuration and from hostile pages, so the rule is applied to what a name resolves to, not to the
name, and at the moment of connecting: `Transport` checks and connects in one step, so that a name server which changes
its answer in between (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Iterator
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

import httpcore
import httpx

from collectors.base import SourceBusy, SourceRefused

_TRANSLATED = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address behind a NAT64 gateway
_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an http(s) address, in lower case, default ports filled in.

    Raises SourceRefused where it is not an http(s) address, names no host, or carries a user name or password.
    """
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise SourceRefused(f"The address is not one ({error}).", what_to_do="Correct the address.") from None
    if scheme not in _DEFAULT_PORTS or not host:
        raise SourceRefused(
            f"“{shown(url)}” is not an http or https address.", what_to_do="Give it as https://host/path."
        )
    if parts.username is not None or parts.password is not None:
        raise SourceRefused(
            f"The address of {host} carries a user name or password.", what_to_do="Give the address without it."
        )
    return scheme, host, port or _DEFAULT_PORTS[scheme]


def shown(url: str) -> str:
    """The address as messages may show it: no query (it may hold a key), no user name, at most 200 characters."""
    try:
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2]
    except ValueError:
        return url[:40]
    return f"{parts.scheme}://{place}{parts.path}"[:200] if place else url.partition("?")[0][:200]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet: not private, loopback, link-local, multicast, metadata."""
    try:
        ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _TRANSLATED:
            inner = IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            ip = inner
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def refuse_private(url: str, *, trusted: str | None = None) -> list[str]:
    """Resolve the address's host and return its IP addresses, all of them public (or the origin is `trusted`'s).

    `trusted` is an address whose scheme, host and port the operator named (`--base-url`); anything may be behind it.

    Raises:
        SourceRefused: not an http(s) address, an unknown host, or one of its addresses is not public.
        SourceBusy: the name server did not answer.
    """
    _, host, port = place = origin(url)
    found = _resolve(host, port)
    if trusted is not None and place == origin(trusted):
        return found
    return _only_public(host, found)


def _resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host. Raises SourceRefused for an unknown one, SourceBusy without a name server."""
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise SourceBusy(f"The name {host} could not be looked up just now.") from None
        raise SourceRefused(f"There is no host named {host}.", what_to_do="Check the address.") from None
    except (OSError, UnicodeError):
        raise SourceRefused(f"{host[:100]} is not a host name.", what_to_do="Check the address.") from None
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


def _only_public(host: str, addresses: list[str]) -> list[str]:
    """The same addresses of a host. Raises SourceRefused where one of them is not public."""
    private = [address for address in addresses if not is_public(address)]
    if private:
        which = host if host == private[0] else f"{host} leads to {private[0]}, which"
        raise SourceRefused(
            f"{which} is not a public address.",
            what_to_do="Name its origin with --base-url (base_url in sources.yaml) if it is yours and meant.",
        )
    return addresses


@cache
def trusted_certificates() -> ssl.SSLContext:
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
        found = _resolve(host, port)
        if (host.lower(), port) != self._trusted:
            found = _only_public(host, found)
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
            ssl_context=trusted_certificates(),
            max_connections=4,
            keepalive_expiry=30,
            network_backend=CheckedBackend(trusted),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.read(),
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Stream(answer), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()
