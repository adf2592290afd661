"""What a digest says, as plain values: computed once, shown in mail, on a page, or in Slack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from service.domain.bursts import Burst
from service.domain.issues import IssueState
from service.domain.metrics import Estimate, Mood
from service.domain.periods import Period
from service.domain.sources import SourceState

_UNDEFINED = Estimate(value=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A post's own words, cut where it is long: hostile text, to be escaped."""

    post_id: int
    text: str
    language: str  # BCP 47
    source: str  # its title
    author: str  # as the platform shows them; empty where it shows none
    written_at: datetime
    original: str | None  # its address on the platform, http or https; None where it has none


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLine:
    """One issue. The counts are of the period unless their names say otherwise."""

    number: int
    title: str
    state: IssueState  # at the end of the period
    reason: str  # of the state, in words
    product: str | None
    posts: int
    posts_before: int  # in the period before
    people: int  # authors
    without_record: int  # of them, those whom no customer record is tied to
    customers: int
    value: Decimal  # what those customers bought so far, in the company's currency
    posts_ever: int
    first_at: datetime  # of all its posts
    languages: Sequence[str]  # most frequent first
    sources: Sequence[str]  # what people call the places: "Steam reviews"
    versions: Sequence[str]
    quote: Quote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Issues that moved within the period."""

    rising: Sequence[IssueLine] = ()
    returned: Sequence[IssueLine] = ()
    fixed: Sequence[IssueLine] = ()
    new: Sequence[IssueLine] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DayMood:
    """One day of the company's zone."""

    day: date
    mood: Mood
    within: bool  # in the period; otherwise context before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One source, product or topic: the period, and the one before."""

    name: str  # as filters take it; empty: none was given
    title: str
    mood: Mood
    before: Mood


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """A burst of negative posts that names no defect, and where it was."""

    burst: Burst
    source: str  # its name
    place: str  # what people call it: "Steam reviews"
    otherwise: Mood  # of the period without these posts


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTrouble:
    """What one source did not let us see."""

    name: str
    title: str
    state: SourceState
    reason: str
    next_due_at: datetime
    runs: int
    failed_runs: int
    gaps: Sequence[str]  # in words
    set_aside: int
    set_aside_reason: str  # the most common
    collected: int
    platform_total: int | None
    quiet_since: datetime | None  # silent for unusually long
    usual_quiet_hours: float | None
    first_heard_at: datetime | None  # within the period or after it; None: earlier

    @property
    def any(self) -> bool:
        """Whether there is anything to tell besides how much of it we hold."""
        return bool(
            self.failed_runs
            or self.gaps
            or self.set_aside
            or self.quiet_since
            or self.reason
            or self.state not in (SourceState.LISTENING, SourceState.NEW)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSeen:
    """Loss accounting: what is not in the figures, and why."""

    sources: Sequence[SourceTrouble]
    switched_off: Sequence[str]  # titles
    not_understood: int
    why_not: str  # the most common reason
    unread: int  # not read by the models yet
    spam: int
    removed: int  # by their authors or the platform
    late: int  # written before the period, first seen within it or later
    afterwards: int  # written after the period
    without_topic: int  # understood, but of no topic at all: in no team's digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Sureness:
    """How sure the models are of the sentiment, in readings."""

    sure: int
    guessed: int
    models: Sequence[str]  # versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """What became of the posts that wanted an answer, and of those who were told that something is fixed."""

    wanted: int = 0  # cases opened in the period
    answered: int = 0  # of them
    first_response: Estimate = _UNDEFINED  # hours, of first replies in the period
    replies: int = 0  # sent in the period, by hand
    moved: int = 0  # authors of them who answered us or changed their stars since
    to_tell: int = 0  # people in the tellings that moved in the period
    told: int = 0  # of them, until now
    again: int = 0  # people who wrote in the period, after they had been told
    again_about: Sequence[int] = ()  # the issues that they wrote about


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One period for one team."""

    company: str
    currency: str
    team: str | None  # None: everybody
    topics: Sequence[str]  # what the team's digest is about; none: everything
    period: Period
    made_at: datetime
    mood: Mood
    before: Mood
    days: Sequence[DayMood]  # with some before the period, for comparison
    by_value: Sequence[IssueLine]
    by_people: Sequence[IssueLine]
    changes: Changes
    issues_heard: int  # issues with a post in the period
    value_heard: Decimal  # of all customers who wrote about them, each counted once
    customers_heard: int
    reporting: int  # posts that report something which could have a cause to find
    ungrouped: int  # of them, those in no issue
    by_topic: Sequence[Compared]
    by_source: Sequence[Compared]
    by_product: Sequence[Compared]
    languages: Sequence[tuple[str, int]]  # BCP 47 code and posts, most frequent first
    storms: Sequence[Storm]  # largest first
    answering: Answering = Answering()
    not_seen: NotSeen
    sureness: Sureness
