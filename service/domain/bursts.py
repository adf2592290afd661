"""Review bombs told apart from defects: many short negative posts at once, in one place, that name nothing broken."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

WINDOW = timedelta(hours=36)
LOOK_BACK = timedelta(days=28)  # what is usual is learnt from these days before the period
AT_LEAST = 10  # posts; fewer are a bad day
TIMES_USUAL = 4.0
SHORT = 200  # characters; the median must be at most that
DEFECTS_AT_MOST = 0.25  # share of posts that report a bug
ONE_TOPIC_FROM = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One negative post, as far as it matters here."""

    at: datetime
    source_id: int
    product: str | None
    length: int  # characters
    topics: Collection[str]
    names_defect: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Many negative posts within a day and a half, in one source about one product."""

    source_id: int
    product: str | None
    first_at: datetime
    last_at: datetime
    posts: int
    usual: float  # negative posts that such a span of time has otherwise
    defects: int  # of them, those that report a bug
    typical_length: int  # characters
    topic: str | None  # what at least half of them are about
    about_topic: int  # how many those are

    @property
    def hours(self) -> int:
        """From the first to the last, rounded up."""
        return int(-(-(self.last_at - self.first_at) // timedelta(hours=1)))

    @property
    def times_usual(self) -> float | None:
        """How many times the usual number; undefined where hardly any are usual."""
        return self.posts / self.usual if self.usual >= 1 else None

    @property
    def names_no_defect(self) -> bool:
        """Whether it is what people call a review bomb: short texts that hardly report anything broken."""
        return self.typical_length <= SHORT and self.defects <= DEFECTS_AT_MOST * self.posts


def find_bursts(
    complaints: Sequence[Complaint], *, since: datetime, until: datetime, heard_from: datetime
) -> list[Burst]:
    """The bursts between `since` and `until`, largest first.

    `complaints` reach back to `heard_from`, so that what is usual can be told; with less than three windows of it,
    nothing is called a burst.
    """
    places: dict[tuple[int, str | None], list[Complaint]] = defaultdict(list)
    for complaint in sorted(complaints, key=lambda c: c.at):
        if heard_from <= complaint.at < until:
            places[complaint.source_id, complaint.product].append(complaint)
    windows = (until - heard_from) / WINDOW
    if windows < 3:
        return []
    found = [burst for each in places.values() for burst in _in_one_place(each, since, windows)]
    return sorted(found, key=lambda burst: (-burst.posts, burst.first_at))


def _in_one_place(complaints: list[Complaint], since: datetime, windows: float) -> Iterator[Burst]:
    left = complaints
    while True:
        times = [complaint.at for complaint in left]
        begins = range(bisect_left(times, since), len(left))
        start = max(begins, key=lambda at: bisect_left(times, times[at] + WINDOW) - at, default=len(left))
        end = bisect_left(times, times[start] + WINDOW) if start < len(left) else start
        # What is left after other bursts is what is usual here.
        usual = (len(left) - (end - start)) / max(windows - 1, 1)
        if end - start < max(AT_LEAST, TIMES_USUAL * usual):
            return
        yield _burst(left[start:end], usual)
        left = left[:start] + left[end:]


def _burst(members: Sequence[Complaint], usual: float) -> Burst:
    counted = Counter(topic for complaint in members for topic in set(complaint.topics))
    topic, about = max(counted.items(), key=lambda pair: (pair[1], pair[0]), default=(None, 0))
    one_topic = about >= ONE_TOPIC_FROM * len(members)
    return Burst(
        source_id=members[0].source_id,
        product=members[0].product,
        first_at=members[0].at,
        last_at=members[-1].at,
        posts=len(members),
        usual=usual,
        defects=sum(complaint.names_defect for complaint in members),
        typical_length=round(median(complaint.length for complaint in members)),
        topic=topic if one_topic else None,
        about_topic=about if one_topic else 0,
    )
