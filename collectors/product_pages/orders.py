"""What passes between us and the crawling process: an order in on stdin, lines of JSON out on stdout.

Some of the lines ask for a turn; each gets one line of answer on stdin.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from collectors.product_pages.rules import SiteRules


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Validators(_Form):
    """What a server gave with a page, so that it can say "not modified" next time."""

    etag: str | None = None
    last_modified: str | None = None


class Order(_Form):
    """One crawl."""

    start: tuple[str, ...]
    base_url: str | None = None  # stands in for the start pages' servers; the only origin that may be private
    user_agent: str
    max_pages: int
    follow: bool
    delay: float  # seconds between two requests to a server
    timeout: float  # seconds for one answer
    max_bytes: int
    seconds: float  # for the whole crawl
    validators: dict[str, Validators] = {}  # start page -> as received last time
    rules: tuple[SiteRules, ...] = ()


class Aside(_Form):
    """One item, or one page, that could not be read."""

    place: str
    reason: str
    raw: str = ""


class PageLine(_Form):
    """One page that was read."""

    line: Literal["page"] = "page"
    url: str
    fetched_at: str  # ISO 8601, UTC
    reviews: tuple[dict[str, JsonValue], ...] = ()  # each a RawPost
    set_aside: tuple[Aside, ...] = ()
    subject: str  # the address of what the page is about
    total: int | None = None  # how many reviews of its subject the page says there are


class UnchangedLine(_Form):
    """A start page of which its server said that nothing changed."""

    line: Literal["unchanged"] = "unchanged"
    url: str


class TroubleLine(_Form):
    """A page that could not be had. `busy`: it may be had later; otherwise a person must act."""

    line: Literal["trouble"] = "trouble"
    url: str
    busy: bool
    stop: bool = False  # the server asked us to wait: nothing more was asked of it
    listed: bool = False  # a link on a list page, which need not be a product's at all
    message: str
    what_to_do: str = ""
    retry_after: float | None = None


class TurnLine(_Form):
    """The crawl asks for a turn at a server; the answer is a `Turn`."""

    line: Literal["turn"] = "turn"
    url: str  # where the request really goes
    apart: float  # seconds before the turn after it, at least: the crawl's delay, or what robots.txt asks for


class RestLine(_Form):
    """A server asked to be left alone, by all of us."""

    line: Literal["rest"] = "rest"
    url: str
    seconds: float


class Turn(_Form):
    """The answer to a `TurnLine`."""

    wait: float  # seconds until the turn
    taken: bool  # otherwise it is too far off for a crawl to wait


class DoneLine(_Form):
    """The last line of a crawl that ended by itself."""

    line: Literal["done"] = "done"
    reason: str  # Scrapy's finish reason
    asked: int  # pages asked for
    unread: str | None = None  # in words: pages that were known and not read
    validators: dict[str, Validators] = {}


Line = PageLine | UnchangedLine | TroubleLine | DoneLine
"""What a crawl brings."""
AnyLine = Annotated[Line | TurnLine | RestLine, Field(discriminator="line")]
