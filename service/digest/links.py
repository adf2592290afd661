"""Where a digest's numbers lead: the pages with the posts and issues behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from service.domain.digest import Digest
from service.domain.periods import Period


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses on our own pages. `base`: where they are, without a slash at the end; empty for relative ones."""

    base: str
    digest: Digest

    def posts(self, period: Period | None = None, **conditions: str | int | None) -> str:
        """The posts of a period (None: the digest's own) that fulfil the inbox's conditions.

        The team's topics hold too, unless a condition names topics, an issue, or what the models did not read. A
        condition that is None is none.
        """
        chosen = period or self.digest.period
        given = {name: str(value) for name, value in conditions.items() if value is not None}
        topics: Sequence[str] = () if {"topic", "issue", "state"} & given.keys() else self.digest.topics
        pairs = [*_ends(chosen), *(("topic", topic) for topic in topics), *given.items()]
        return f"{self.base}/?{urlencode(pairs)}"

    def post(self, number: int) -> str:
        """One post."""
        return f"{self.base}/posts/{number}"

    def issue(self, number: int) -> str:
        """One issue."""
        return f"{self.base}/issues/{number}"

    def effect(self) -> str:
        """How fast and how often we reply, and what comes of it."""
        return f"{self.base}/replies/effect"

    def source(self, name: str) -> str:
        """How a source is doing."""
        return f"{self.base}/sources/{quote(name, safe='')}"

    def digest_page(self) -> str:
        """The same digest on our pages."""
        pairs = _ends(self.digest.period)
        if self.digest.team:
            pairs.append(("team", self.digest.team))
        return f"{self.base}/digest?{urlencode(pairs)}"


def _ends(period: Period) -> list[tuple[str, str]]:
    """As the inbox reads them: a day is included whole."""
    if period.whole_days is not None:
        return [("since", period.since.date().isoformat()), ("until", period.last_day.isoformat())]
    return [("since", period.since.isoformat()), ("until", period.until.isoformat())]
