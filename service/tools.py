"""What the stages work with besides the store: handed in by `bootstrap`, replaced piece by piece in tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine

from collectors.base import Collector
from integrations.base import Target
from nlp.runtime import Understanding
from service.clock import Clock
from service.configuration.company import Company
from service.domain.routing import Rule
from service.models import Delivery, Source


def _observe_nothing(step: str) -> None:
    """What happens at each step when nobody watches: nothing."""
    del step


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """One process's tools. Those that are slow to make are functions that make them once."""

    engine: Engine
    clock: Clock
    company: Company
    rules: Sequence[Rule]
    page_url: str  # where our own pages are, without a slash at the end
    understanding: Callable[[], Understanding]
    collector: Callable[[Source], Collector]
    author_scope: Callable[[Source], str]  # the space in which the source's accounts are unique
    may_link: Callable[[Source], bool]  # the source's passport, with what the operator vouches for
    attribution: Callable[[Source], str]
    source_title: Callable[[Source], str]
    rechecks: Mapping[str, timedelta]  # how often kept posts are looked at again, by kind of source
    target: Callable[[Delivery], Target]
    observe: Callable[[str], None] = _observe_nothing  # told the name of each step, in the log's words
