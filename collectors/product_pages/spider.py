"""Walks through product pages: each start page, the further pages of its reviews, the products of a list page."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure

from collectors.base import SetAside, SourceRefused
from collectors.net import origin, shown
from collectors.product_pages.document import header_rules, text_of
from collectors.product_pages.nodes import Node
from collectors.product_pages.orders import (
    Aside,
    DoneLine,
    Line,
    Order,
    PageLine,
    UnchangedLine,
    Validators,
)
from collectors.product_pages.pages import Reading, read_page
from collectors.product_pages.sitemap import sitemap_links
from collectors.product_pages.trouble import Trouble, of_answer, of_failure
from collectors.product_pages.turns import Turns

_BARREN = 20  # pages of a list without a single review, after which the rest of the list is left
_STAY_OUT = {"noindex", "none", "noai"}
_NO_WAY_ON = {"nofollow", "none"}
Emit = Callable[[Line], None]


@dataclass(slots=True)
class _Trail:
    """Pages that belong together: one subject's reviews, page after page."""

    start: str  # the configured page that this goes back to
    listed: bool = False  # its first page was found on a list page
    subject: str | None = None
    about: Node | None = None
    total: int | None = None
    found: int = 0  # reviews


@dataclass(slots=True)
class _Plan:
    """Which pages are asked for, and which are known and not."""

    most: int
    asked: set[str] = field(default_factory=set)
    open: set[str] = field(default_factory=set)  # asked for and not answered
    over: set[str] = field(default_factory=set)  # left because of the limit
    listed: deque[str] = field(default_factory=deque)  # of list pages, still to come
    barren: int = 0  # pages of lists without a review, from the first on

    def take(self, url: str) -> bool:
        """Whether to ask for the page now."""
        if url in self.asked:
            return False
        if len(self.asked) >= self.most:
            self.over.add(url)
            return False
        self.asked.add(url)
        self.open.add(url)
        return True

    def unread(self) -> str | None:
        """In words, what was seen to exist and was not read."""
        left = len(self.over) + len(self.listed)
        if self.barren >= _BARREN:
            return f"The first {self.barren} pages of the list had no reviews; {left} more were left."
        if self.over:
            return f"The limit of {self.most} pages was reached; at least {left} more were left."
        if self.open or self.listed:
            return f"The crawl ended before its time; at least {len(self.open) + left} pages were left."
        return None


class ProductPagesSpider(Spider):
    """Reads the pages of one order and emits a line for each."""

    name = "product_pages"

    def __init__(self, order: Order, emit: Emit, turns: Turns, **kwargs: Any) -> None:  # Any: Scrapy's own signature
        super().__init__(**kwargs)
        self.turns = turns  # which `TakesTurns` takes
        self._order = order
        self._emit = emit
        self._plan = _Plan(most=order.max_pages)
        self._ids: set[str] = set()
        self._validators: dict[str, Validators] = {}

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the start pages."""
        for url in self._order.start:
            for request in self._ask(url, _Trail(start=url), first=True):
                yield request

    def closed(self, reason: str) -> None:
        """Say how the crawl ended; Scrapy calls this."""
        unread = self._plan.unread()
        self._emit(DoneLine(reason=reason, asked=len(self._plan.asked), unread=unread, validators=self._validators))

    def _ask(self, url: str, trail: _Trail, *, first: bool = False) -> Iterator[Request]:
        if not self._plan.take(url):
            return
        headers = {}
        if known := self._order.validators.get(url):
            given = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
            headers = {name: value for name, value in given.items() if value}
        yield Request(
            url,
            callback=self.read,
            errback=self.failed,
            headers=headers,
            cb_kwargs={"trail": trail, "asked": url, "first": first},
        )

    def read(self, response: Response, trail: _Trail, asked: str, first: bool) -> Iterator[Request]:
        """Read one answer, and ask for what follows from it."""
        self._plan.open.discard(asked)
        if response.status == 304:
            self._emit(UnchangedLine(url=asked))
            return
        url = self._logical(response.url, trail)
        headers = _headers(response)
        trouble = of_answer(response.status, headers, shown(url))
        if trouble is None and (links := _listed_in(response, headers, url)) is not None:
            yield from self._take_list(links, url, trail)
            return
        if trouble := trouble or _no_web_page(response, headers, shown(url)):
            yield from self._give_up(trouble, asked, trail)
            return
        if first and trail.start == asked:
            self._validators[asked] = Validators(etag=headers.get("etag"), last_modified=headers.get("last-modified"))
        reading = self._reading(response, url, trail)
        rules = reading.rules | header_rules(headers.get("x-robots-tag", ""))
        fresh = self._hand_over(reading, rules, url, trail)
        if self._order.follow and not rules & _NO_WAY_ON:
            yield from self._go_on(reading, trail, fresh=fresh, first=first)
        yield from self._next_listed(trail)

    def failed(self, failure: Failure) -> Iterator[Request]:
        """Say why a page could not be had."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy adds it
        trail, asked = request.cb_kwargs["trail"], request.cb_kwargs["asked"]
        self._plan.open.discard(asked)
        came_from = request.meta.get("redirect_urls")
        stats = self.crawler.stats.get_stats() if self.crawler.stats else {}
        trouble = of_failure(
            failure.value or RuntimeError("unknown"),
            actual=request.url,
            url=self._logical(request.url, trail),
            came_from=self._logical(came_from[-1], trail) if came_from else None,
            order=self._order,
            stats=stats,
        )
        yield from self._give_up(trouble, asked, trail)

    def _reading(self, response: Response, url: str, trail: _Trail) -> Reading:
        try:
            return read_page(
                text_of(response),
                url,
                subject=trail.subject,
                about=trail.about,
                stand_in=self._order.base_url,
                rules=self._order.rules,
            )
        except Exception as error:  # noqa: BLE001 - hostile pages break parsers; the neighbours must not suffer
            reason = f"The page cannot be read ({type(error).__name__}: {error})."
            return Reading(subject=url, marked_up=True, set_aside=[SetAside(place=url, reason=reason[:300])])

    def _hand_over(self, reading: Reading, rules: frozenset[str], url: str, trail: _Trail) -> int:
        """Emit the page; return how many of its reviews were not seen before."""
        reviews = list(reading.reviews)
        aside = [Aside(place=one.place, reason=one.reason, raw=one.raw) for one in reading.set_aside]
        if forbidden := rules & _STAY_OUT:
            reviews = []
            names = ", ".join(sorted(forbidden))
            aside = [Aside(place=url, reason=f"The page asks robots to leave it alone ({names}).", raw=url)]
        elif not reviews and not aside and not trail.subject and not trail.listed:
            aside = _why_none(reading, url)
        fresh = [review for review in reviews if str(review["id"]) not in self._ids]
        self._ids.update(str(review["id"]) for review in fresh)
        trail.subject, trail.about = trail.subject or reading.subject, trail.about or reading.about
        trail.total = trail.total if trail.total is not None else reading.total
        trail.found += len(fresh)
        self._emit(
            PageLine(
                url=url,
                fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
                reviews=tuple(fresh),
                set_aside=tuple(aside),
                subject=trail.subject,
                total=trail.total,
            )
        )
        return len(fresh)

    def _go_on(self, reading: Reading, trail: _Trail, *, fresh: int, first: bool) -> Iterator[Request]:
        if fresh:
            complete = trail.total is not None and trail.found >= trail.total
            if reading.next_url and not complete:
                yield from self._ask(reading.next_url, trail)
        elif first and not trail.listed and not reading.marked_up:
            self._plan.listed.extend(url for url in reading.links if url not in self._plan.asked)
            yield from self._next_listed(_Trail(start=trail.start, listed=True))

    def _take_list(self, links: list[str], url: str, trail: _Trail) -> Iterator[Request]:
        """Plan the pages of a sitemap."""
        if not links:
            reason = "The sitemap names no page of its own host."
            self._emit(
                PageLine(
                    url=url,
                    fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
                    set_aside=(Aside(place=url, reason=reason, raw=url),),
                    subject=url,
                )
            )
        if self._order.follow:
            self._plan.listed.extend(link for link in links if link not in self._plan.asked)
        yield from self._next_listed(_Trail(start=trail.start, listed=True))

    def _next_listed(self, trail: _Trail) -> Iterator[Request]:
        """Ask for the next page of a list: one at a time, until too many in a row from the first had no reviews."""
        if not trail.listed:
            return
        if trail.subject is not None and not self._ids:
            self._plan.barren += 1
        while self._plan.listed and (self._ids or self._plan.barren < _BARREN):
            requests = list(self._ask(self._plan.listed.popleft(), _Trail(start=trail.start, listed=True)))
            if requests:
                yield from requests
                return

    def _give_up(self, trouble: Trouble, asked: str, trail: _Trail) -> Iterator[Request]:
        self._emit(trouble.line(asked, listed=trail.listed))
        if trouble.stop:
            raise CloseSpider("asked_to_wait")
        yield from self._next_listed(trail)

    def _logical(self, url: str, trail: _Trail) -> str:
        """The address as people know it: of the shop, not of the operator's stand-in for it."""
        base = self._order.base_url
        try:
            if base is None or origin(url) != origin(base) or origin(trail.start) == origin(base):
                return url
        except SourceRefused:  # a redirect to what is no address of the web
            return url
        home, parts = urlsplit(trail.start), urlsplit(url)
        path = parts.path.removeprefix(urlsplit(base).path.rstrip("/"))
        return urlunsplit((home.scheme, home.netloc, path or "/", parts.query, ""))


def _headers(response: Response) -> dict[str, str]:
    """The answer's headers, names in lower case, values of repeated ones joined."""
    names: list[bytes] = list(response.headers.keys())
    return {
        name.decode("latin-1").lower(): b", ".join(response.headers.getlist(name)).decode("latin-1") for name in names
    }


def _listed_in(response: Response, headers: dict[str, str], url: str) -> list[str] | None:
    """The pages that a sitemap lists; None where the answer is none."""
    is_xml = "xml" in headers.get("content-type", "").lower() and "html" not in headers["content-type"].lower()
    return sitemap_links(response.body, url) if is_xml else None


def _no_web_page(response: Response, headers: dict[str, str], where: str) -> Trouble | None:
    kind = headers.get("content-type", "text/html")
    if isinstance(response, TextResponse) and "html" in kind.lower():
        return None
    return Trouble(SourceRefused(f"{where} is not a web page ({kind[:80]}).", what_to_do="Give a product's page."))


def _why_none(reading: Reading, url: str) -> list[Aside]:
    """What to say of a start page without any review."""
    if reading.total:
        reason = (
            f"The page says that it has {reading.total} reviews, and carries none in its markup. Shops that load them "
            "with JavaScript cannot be read this way."
        )
    elif not reading.marked_up and not reading.links:
        reason = "The page has no schema.org markup of a product or of reviews."
    else:
        return []
    return [Aside(place=url, reason=reason, raw=url)]
