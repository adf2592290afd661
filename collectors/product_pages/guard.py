"""Keeps a crawl out of private networks, and takes robots.txt seriously. Runs in the crawling process alone.

Every request, also those of redirects and for robots.txt, passes `Guard`; every connection is made to addresses that
`CheckedResolver` looked up and found public at that moment, so that a name that changes its mind gains nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self, cast

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.settings import BaseSettings
from scrapy.statscollectors import StatsCollector
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]  # zope.interface ships no types

from collectors.base import SourceRefused
from collectors.net import is_public, move, origin, refuse_private

BASE_URL, HOMES = "EARFUL_BASE_URL", "EARFUL_HOMES"  # settings
ROBOTS_TROUBLE = "earful/robots/"  # statistics: followed by scheme://host, the answer that stood for robots.txt
_ALLOW_NOTHING = b"User-agent: *\nDisallow: /\n"


class Forbidden(IgnoreRequest):
    """A request that must not be made: to an address that is not public, or not of the web."""

    def __init__(self, why: SourceRefused) -> None:
        super().__init__(str(why))
        self.why = why


class Guard:
    """The downloader middleware: refuses and moves requests; a server that fails at robots.txt forbids everything."""

    def __init__(self, base_url: str | None, homes: Sequence[str], stats: StatsCollector) -> None:
        self._base_url = base_url
        self._base = origin(base_url) if base_url else None
        self._homes = {origin(home) for home in homes}
        self._stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of making it."""
        if crawler.stats is None:
            raise TypeError("the crawl has no statistics")
        return cls(crawler.settings.get(BASE_URL), crawler.settings.getlist(HOMES), crawler.stats)

    def process_request(self, request: Request) -> Request | None:
        """Let the request pass, or put one in its place that asks the operator's stand-in. Raises Forbidden."""
        try:
            place = origin(request.url)
            if self._base_url is not None and place in self._homes:
                target = move(request.url, self._base_url)
                return None if target == request.url else request.replace(url=target, dont_filter=True)
            if place != self._base and _is_ip(place[1]):
                refuse_private(request.url)
        except SourceRefused as refused:
            raise Forbidden(refused) from None
        return None

    def process_response(self, request: Request, response: Response) -> Response:
        """Read "try again later" for robots.txt as a refusal of all, as RFC 9309 (2.3.1.4) asks."""
        if request.meta.get("dont_obey_robotstxt") and (response.status == 429 or response.status >= 500):
            headers = {"retry-after": (response.headers.get("Retry-After") or b"").decode("latin-1")}
            self._stats.set_value(ROBOTS_TROUBLE + server(request.url), (response.status, headers))
            return response.replace(body=_ALLOW_NOTHING, status=200)
        return response


def server(url: str) -> str:
    """Scheme, host and port of an address, for use as a name."""
    scheme, host, port = origin(url)
    return f"{scheme}://{host}:{port}"


def _is_ip(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


class _Receiver(Protocol):
    """Twisted's IResolutionReceiver, written so that a type checker understands it (zope's have no `self`)."""

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None: ...  # noqa: N802, N803

    def addressResolved(self, address: IAddress) -> None: ...  # noqa: N802

    def resolutionComplete(self) -> None: ...  # noqa: N802


class _Resolver(Protocol):
    """Twisted's IHostnameResolver, likewise."""

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: _Receiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution: ...


@implementer(IHostnameResolver)
class CheckedResolver:
    """Looks names up and hands over their addresses only where all of them are public, or the operator's own."""

    def __init__(self, reactor: ReactorBase, trusted: tuple[str, int] | None) -> None:
        self._reactor = reactor
        self._plain = cast("_Resolver", reactor.nameResolver)
        self._trusted = trusted

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Scrapy's way of making it; `crawler` has the settings."""
        settings: BaseSettings = crawler.settings
        base_url = settings.get(BASE_URL)
        return cls(reactor, origin(base_url)[1:] if base_url else None)

    def install_on_reactor(self) -> None:
        """Take the place of Twisted's own resolver: IP addresses written as such pass here too."""
        self._reactor.installNameResolver(cast("IHostnameResolver", self))

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: _Receiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Twisted's resolver interface; an address that is not admitted reads as a name that leads nowhere."""
        trusted = (hostName.lower(), portNumber) == self._trusted
        receiver = resolutionReceiver if trusted else _PublicOnly(resolutionReceiver)
        return self._plain.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Holds addresses back until all are known, and passes them on only where all are public."""

    def __init__(self, receiver: _Receiver) -> None:
        self._receiver = receiver
        self._addresses: list[IAddress] = []

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:  # noqa: N802, N803
        self._receiver.resolutionBegan(resolutionInProgress)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        self._addresses.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        if all(is_public(str(getattr(address, "host", ""))) for address in self._addresses):
            for address in self._addresses:
                self._receiver.addressResolved(address)
        self._receiver.resolutionComplete()
