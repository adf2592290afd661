"""The side of the collector that the rest of Earful meets: options in, pages of posts out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from collectors.base import Cursor, Page, Post, PostUnreadable, RawPost, SetAside, SourceBusy, SourceRefused
from collectors.net import Net, origin, shown
from collectors.product_pages.memory import Memory
from collectors.product_pages.opinions import make_post
from collectors.product_pages.options import ProductPagesOptions
from collectors.product_pages.orders import DoneLine, Line, Order, PageLine, TroubleLine, UnchangedLine
from collectors.product_pages.process import crawl

_MAX_BYTES = 5_000_000
_SECONDS = 600.0  # for one crawl
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class ProductPages:
    """Listens to the reviews on product pages."""

    def __init__(self, options: ProductPagesOptions, net: Net, *, seconds: float = _SECONDS) -> None:
        self._options = options
        self._net = net
        self._seconds = seconds

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """Yield a page for each product page read; see `Collector.pages`.

        Each run reads all pages again (shops put the "most helpful" first, so that a new review may stand anywhere)
        and hands over what is new or changed. Only start pages may answer "not modified". The cursor comes last.
        """
        run = _Run(self._options, Memory(cursor), since if cursor is None else None)
        for line in crawl(self._order(run.memory), self._net):
            page = run.take(line)
            if page is not None:
                yield page
        run.conclude()

    def parse(self, raw: RawPost) -> Post:
        """Make the post of one stored review; see `Collector.parse`."""
        return make_post(raw, product=self._options.product)

    def _order(self, memory: Memory) -> Order:
        base = self._net.base_url
        own = base is not None and origin(base)[1] in _LOOPBACK  # the operator's own machine need not be spared
        return Order(
            start=self._options.url,
            base_url=base,
            user_agent=self._net.user_agent,
            max_pages=self._options.max_pages,
            follow=self._options.follow,
            delay=0.0 if own else self._options.delay,
            timeout=self._net.timeout,
            max_bytes=_MAX_BYTES,
            seconds=self._seconds,
            validators=memory.validators(self._options.url),
            rules=self._options.rules,
        )


class _Run:
    """Turns one crawl's lines into pages, and its ending into an error where it is one."""

    def __init__(self, options: ProductPagesOptions, memory: Memory, since: datetime | None) -> None:
        self.memory = memory
        self._options = options
        self._since = since
        self._totals: dict[str, int] = {}  # subject -> its page's count of reviews
        self._readable = 0
        self._reviews = 0
        self._unchanged = 0
        self._troubles: list[TroubleLine] = []

    def take(self, line: Line) -> Page | None:
        """The page of a line; None where it brings none."""
        if isinstance(line, PageLine):
            return self._page(line)
        if isinstance(line, UnchangedLine):
            self._unchanged += 1
            return Page(not_modified=True)
        if isinstance(line, TroubleLine):
            self._troubles.append(line)
            return None
        return self._last(line)

    def conclude(self) -> None:
        """Raise what the crawl came to, where that is an error."""
        wait = next((trouble for trouble in self._troubles if trouble.stop), None)
        if wait is None and not self._readable and not self._unchanged:
            busy = next((trouble for trouble in self._troubles if trouble.busy), None)
            if busy is None and self._troubles:
                raise SourceRefused(self._troubles[0].message, what_to_do=self._troubles[0].what_to_do)
            wait = busy
        if wait is not None:
            raise SourceBusy(wait.message, retry_after=wait.retry_after)
        if self._emptied:
            raise SourceBusy(
                f"{shown(self._options.url[0])} has no reviews in its markup, though it had some before. Taken as a "
                "fault of the page: it may be a block, or a new design."
            )

    @property
    def _emptied(self) -> bool:
        return self.memory.had_reviews and not self._reviews and not self._unchanged and not self._troubles

    def _page(self, line: PageLine) -> Page:
        self._readable += 1
        self._reviews += len(line.reviews)
        if line.total is not None:
            self._totals[line.subject] = line.total
        posts: list[Post] = []
        aside = [SetAside(place=one.place, reason=one.reason, raw=one.raw) for one in line.set_aside]
        for number, review in enumerate(line.reviews, start=1):
            raw = self.memory.dated(review, line.fetched_at)
            try:
                post = make_post(raw, product=self._options.product)
            except (PostUnreadable, ValueError) as error:
                shown_raw = error.raw if isinstance(error, PostUnreadable) else str(raw)[:2000]
                aside.append(SetAside(place=f"{line.url}, review {number}", reason=str(error), raw=shown_raw))
                continue
            if self.memory.changed(raw) and (self._since is None or (post.edited_at or post.created_at) >= self._since):
                posts.append(post)
        return Page(posts=posts, set_aside=aside, total=self._total)

    def _last(self, line: DoneLine) -> Page | None:
        if self._emptied or not (self._readable or self._unchanged):
            return None
        missed = [trouble for trouble in self._troubles if not trouble.stop]
        lost = [trouble for trouble in self._troubles if trouble.busy or not trouble.listed]
        gaps = [line.unread] if line.unread else []
        if lost:
            gaps.append(f"{len(lost)} of {line.asked} pages could not be read.")
        whole = line.reason == "finished" and not gaps
        return Page(
            set_aside=[
                SetAside(place=shown(trouble.url), reason=f"{trouble.message} {trouble.what_to_do}".strip())
                for trouble in missed
            ],
            cursor=self.memory.cursor(line.validators if whole else {}),
            gap=" ".join(gaps) or None,
            total=self._total,
        )

    @property
    def _total(self) -> int | None:
        return sum(self._totals.values()) if self._totals else None
