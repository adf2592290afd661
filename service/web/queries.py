"""The query strings that pages and the API share: checked, and turned into the store's filters."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from nlp.base import Intent, Sentiment
from service.domain.outbox import OutboxState
from service.domain.wording import did_you_mean
from service.models.columns import LARGEST_KEY
from service.store.delivery_views import DeliveryFilter
from service.store.inbox import PostOrder
from service.store.issue_views import ACTIVE, IssueFilter, IssueOrder
from service.store.post_filter import URGENT_FROM, Having, PostFilter, PostState, RatingBand
from service.web.views import VIEWS

_Choice = TypeVar("_Choice")
_AGO = re.compile(r"(\d{1,4})([hd])")


def _view(name: str) -> str:
    if name not in VIEWS:
        raise ValueError(f"There is no such view. {did_you_mean(name, VIEWS.keys())}")
    return name


def _moment(given: str) -> str:
    """Accepted as it is; what it means depends on the clock and the company's zone."""
    if _AGO.fullmatch(given):
        return given
    try:
        datetime.fromisoformat(given)
    except ValueError:
        raise ValueError("Give a day (2026-03-01), a time (2026-03-01T08:30) or a span (7d, 24h).") from None
    return given


def _number_or_having(given: object) -> object:
    text = str(given)
    if text in set(Having):
        return Having(text)
    if re.fullmatch(r"\d{1,18}", text):
        return int(text)
    raise ValueError("Give its number, `any` or `none`.")


def _urgency(given: object) -> object:
    return URGENT_FROM if given == "high" else given


Moment = Annotated[str, AfterValidator(_moment)]
NumberOrHaving = Annotated[int | Having, BeforeValidator(_number_or_having)]
Id = Annotated[int, Field(ge=1, le=LARGEST_KEY)]
Word = Annotated[str, Field(max_length=200)]


class Query(BaseModel):
    """The root: an unknown name is refused, an empty value counts as not given (a form sends all its fields)."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        kept = {
            name: [v for v in value if v != ""] if isinstance(value, list) else value for name, value in given.items()
        }
        return {name: value for name, value in kept.items() if value not in ("", [])}


class Paged(Query):
    """A list's own parameters."""

    cursor: Word | None = Field(None, description="`next` of the page before")
    limit: int = Field(50, ge=1, le=200, description="how many items, 200 at most")


class PostQuery(Paged):
    """Which posts. Several values of one name mean any of them."""

    view: Annotated[str, AfterValidator(_view)] | None = Field(None, description="a saved view")
    q: Word | None = Field(None, description="words in title and text")
    source: list[Word] = Field([], description="a source's name")
    product: list[Word] = []
    language: list[Word] = Field([], description="a language code")
    sentiment: list[Sentiment] = []
    intent: list[Intent] = []
    topic: list[Word] = []
    urgency: Annotated[float, BeforeValidator(_urgency), Field(ge=0, le=1)] | None = Field(
        None, description="at least this, 0 to 1; or `high`"
    )
    rating: RatingBand | None = None
    issue: NumberOrHaving | None = Field(None, description="an issue's number, `any` or `none`")
    customer: NumberOrHaving | None = Field(None, description="a customer's id, `any` or `none`")
    author: Id | None = None
    state: PostState | None = None
    spam: bool | None = None
    toxic: bool | None = Field(None, description="whether it abuses people")
    deleted: bool | None = None
    since: Moment | None = Field(None, description="written at or after: a day, a time, or 7d, 24h")
    until: Moment | None = Field(None, description="written before; a day is included whole")
    order: PostOrder | None = Field(
        None, description="`again`: who wrote again after a word of ours first; else the newest"
    )

    def filter(self, *, now: datetime, zone: ZoneInfo, view: str | None = None) -> PostFilter:
        """The store's filter. `view`: the saved view that holds where the query names none."""
        name = self.view or view
        return PostFilter(
            text=self.q,
            sources=self.source,
            products=self.product,
            languages=self.language,
            sentiments=[s.value for s in self.sentiment],
            intents=[i.value for i in self.intent],
            topics=self.topic,
            urgency_from=self.urgency,
            rating=self.rating,
            issue=self.issue,
            customer=self.customer,
            author=self.author,
            state=self.state,
            spam=self.spam,
            toxic=self.toxic,
            deleted=self.deleted,
            since=moment_of(self.since, now=now, zone=zone, end=False),
            until=moment_of(self.until, now=now, zone=zone, end=True),
            also=VIEWS[name].filter_at(now) if name else None,
        )


class CustomerQuery(Paged):
    """Which customers."""

    q: Word | None = Field(None, description="a name, an e-mail, an order number, a handle or our id")


def _issue_state(given: str) -> str:
    known = ("active", "all", "open", "rising", "returned", "quiet", "fixed", "muted", "merged")
    if given not in known:
        raise ValueError(f"There is no such state. {did_you_mean(given, known)}")
    return given


class IssueQuery(Paged):
    """Which issues."""

    q: Word | None = Field(None, description="words of the title")
    state: list[Annotated[str, AfterValidator(_issue_state)]] = Field([], description="a state, `active` or `all`")
    product: Word | None = None
    order: IssueOrder = IssueOrder.RECENT

    def filter(self, *, default: str) -> IssueFilter:
        """The store's filter. `default`: the state that holds where the query names none."""
        named = self.state or [default]
        states = [] if "all" in named else [each for name in named for each in (ACTIVE if name == "active" else [name])]
        return IssueFilter(states=[str(each) for each in states], product=self.product, text=self.q)


class DeliveryQuery(Paged):
    """Which deliveries."""

    channel: Word | None = Field(None, description="the address as the rule names it: #rnd")
    target: Word | None = None
    state: OutboxState | None = None
    post: Id | None = None
    issue: Id | None = None

    def filter(self) -> DeliveryFilter:
        """The store's filter."""
        return DeliveryFilter(
            address=self.channel, target=self.target, state=self.state, post=self.post, issue=self.issue
        )


def moment_of(given: str | None, *, now: datetime, zone: ZoneInfo, end: bool) -> datetime | None:
    """What `since` or `until` means. A day is one of the company's zone; as an end it counts whole."""
    if given is None:
        return None
    if span := _AGO.fullmatch(given):
        number = int(span[1])
        return now - (timedelta(hours=number) if span[2] == "h" else timedelta(days=number))
    if re.fullmatch(r"\d{4}-?\d{2}-?\d{2}", given):
        midnight = datetime.combine(date.fromisoformat(given), time(), zone)
        return midnight + timedelta(days=1) if end else midnight
    moment = datetime.fromisoformat(given)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
