"""What routing rules may ask about a post or an issue: plain values, gathered before any rule is looked at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One post, its reading, and whom and what it touches. What is not known is None, or empty."""

    source: str
    source_kind: str
    product: str | None = None
    product_version: str | None = None
    language: str | None = None  # BCP 47
    rating: float | None = None  # 0 (worst) to 1 (best)
    sentiment: str | None = None  # nlp.base.Sentiment
    sentiment_score: float | None = None  # 0 to 1
    intents: Mapping[str, float] = field(default_factory=dict)  # nlp.base.Intent -> score, those that hold
    topics: Mapping[str, float] = field(default_factory=dict)  # topic -> score, those that hold
    urgency: float | None = None  # 0 (can wait) to 1 (a person must look now)
    reach: int | None = None
    spam: float = 0.0  # 0 to 1
    toxicity: float = 0.0  # 0 to 1
    unsure: Collection[str] = ()  # which of these are guesses: sentiment, language, intent:NAME, topic:NAME
    understood: bool = True
    customer_known: bool = False
    customer_segments: Sequence[str] = ()
    customer_lifecycle: str | None = None  # domain.people.Lifecycle
    customer_value: float | None = None  # the sum of their orders, in `currency`
    currency: str = "EUR"  # ISO 4217
    organisation: str | None = None
    issue_number: int | None = None
    issue_state: str | None = None  # domain.issues.IssueState
    issue_posts: int | None = None


class IssueChange(StrEnum):
    """What has just happened to an issue, so that it is worth a word."""

    OPENED = "opened"
    RISING = "rising"
    RETURNED = "returned"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFacts:
    """One issue at the moment that it changes, with all its posts summed up."""

    number: int
    change: IssueChange
    product: str | None = None
    product_versions: Sequence[str] = ()
    languages: Sequence[str] = ()  # BCP 47, of its posts
    sources: Sequence[str] = ()
    topics: Mapping[str, float] = field(default_factory=dict)  # topic -> share of its posts, 0 to 1
    posts: int = 0
    people: int = 0
    customers: int = 0
    value: float = 0.0  # of the orders of the customers it touches, in `currency`
    currency: str = "EUR"  # ISO 4217
    urgency: float | None = None  # of its most urgent post


AnyFacts: TypeAlias = Facts | IssueFacts
