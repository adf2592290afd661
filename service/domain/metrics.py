"""Each measure, defined once: formula, unit, window, and when it is undefined. The glossary says the same in words.

Posts are counted where they were written within the period, are still there, and are not spam.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil, floor, sqrt
from statistics import median

from nlp.interval import wilson

FEW = 20  # below this many, a share is a count of so and so many; a percentage would say more than is known
CONCERNS_FROM = 1 / 3
_Z = 1.96  # two standard errors: about one difference in twenty is chance all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """How many posts feel how; `unread`: those without a sentiment, because they were not understood or not read."""

    negative: int = 0
    mixed: int = 0
    neutral: int = 0
    positive: int = 0
    unread: int = 0

    @property
    def posts(self) -> int:
        """All of them: the volume."""
        return self.felt + self.unread

    @property
    def felt(self) -> int:
        """Those whose sentiment is known: what shares of moods are shares of."""
        return self.negative + self.mixed + self.neutral + self.positive

    @property
    def negative_share(self) -> float | None:
        """Negative posts of those with a sentiment, 0 to 1. Mixed ones are not negative. Undefined without any."""
        return share(self.negative, self.felt)

    def __add__(self, other: Mood) -> Mood:
        return Mood(
            negative=self.negative + other.negative,
            mixed=self.mixed + other.mixed,
            neutral=self.neutral + other.neutral,
            positive=self.positive + other.positive,
            unread=self.unread + other.unread,
        )


def share(part: int, whole: int) -> float | None:
    """`part` of `whole`, 0 to 1. Undefined for a whole of nothing."""
    return part / whole if whole > 0 else None


def coverage(collected: int, platform_total: int | None) -> float | None:
    """Posts we hold of those that the platform counts, 0 to 1 (it may count fewer than we saw). Undefined untold."""
    return None if not platform_total else min(collected / platform_total, 1.0)


def counts_differ(now: int, before: int) -> bool:
    """Whether two counts of equal periods differ by more than chance would, taking posts for independent (Poisson)."""
    return abs(now - before) > _Z * sqrt(now + before)


def shares_differ(now: Mood, before: Mood) -> bool:
    """Whether the negative share moved by more than chance would (two proportions, pooled); False where one is few."""
    if min(now.felt, before.felt) < FEW:
        return False
    pooled = (now.negative + before.negative) / (now.felt + before.felt)
    error = sqrt(pooled * (1 - pooled) * (1 / now.felt + 1 / before.felt))
    return abs(now.negative / now.felt - before.negative / before.felt) > _Z * error


def concerns(about: int, posts: int) -> bool:
    """Whether an issue is a team's: at least a third of its posts are about one of the team's topics."""
    return posts > 0 and about / posts >= CONCERNS_FROM


FOLLOWED_FOR = timedelta(days=30)
"""So long after a reply, what its author does may be owed to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A measure with its interval of 95 % and what it rests on; `value` is None where that is too little."""

    value: float | None
    low: float | None = None
    high: float | None = None
    of: int = 0  # posts, or replies
    against: int = 0  # posts of the comparison group


def first_response_hours(hours: Sequence[float]) -> Estimate:
    """The median time from a post to the first reply to it, by hand, in hours. Undefined below six.

    The interval is that of the order statistics: below six it would reach from the first to the last and beyond.
    """
    ordered = sorted(hours)
    number = len(ordered)
    if number < 6:
        return Estimate(value=None, of=number)
    half = _Z * sqrt(number) / 2
    low, high = max(floor(number / 2 - half), 0), min(ceil(number / 2 + half), number - 1)
    return Estimate(value=median(ordered), low=ordered[low], high=ordered[high], of=number)


def share_with_interval(part: int, whole: int) -> Estimate:
    """A share, 0 to 1, with Wilson's interval. Undefined for a whole of nothing."""
    if not whole:
        return Estimate(value=None)
    low, high = wilson(part, whole)
    return Estimate(value=part / whole, low=low, high=high, of=whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A post with stars, and what its author did with them: answered by us, or not."""

    stratum: tuple[str, ...]  # what it is compared within: kind of source, product, week; the stars come to it
    written_at: datetime
    stars: Sequence[tuple[datetime, float]]  # when which stars were seen, oldest first; at least one
    replied_at: datetime | None = None
    groups: Mapping[str, str] = field(default_factory=dict)  # "person" -> "Kim": of a reply


_Outcomes = Mapping[tuple[str, ...], Sequence[bool]]


def stars_at(post: Followed, moment: datetime) -> float:
    """The stars that the post showed at that moment."""
    seen = [stars for at, stars in post.stars if at <= moment]
    return seen[-1] if seen else post.stars[0][1]


def raised(post: Followed, since: datetime) -> bool:
    """Whether the author gave more stars within `FOLLOWED_FOR` after that moment than at it."""
    before = stars_at(post, since)
    return any(stars > before for at, stars in post.stars if since < at <= since + FOLLOWED_FOR)


def reply_effect(answered: Iterable[Followed], others: Iterable[Followed], *, now: datetime) -> Estimate:
    """How much more often stars are raised after a reply than without one: a difference of shares, -1 to 1.

    Like is compared with like: the same kind of source, product and week of writing, and the same stars. A post without
    a reply is followed from as long after its writing as replies took in its group. Only posts count whose time to be
    followed is over. Undefined with fewer than `FEW` posts on either side.
    """
    treated: dict[tuple[str, ...], list[bool]] = {}
    delays: dict[tuple[str, ...], list[float]] = {}
    for post in answered:
        if post.replied_at is None or post.replied_at + FOLLOWED_FOR > now:
            continue
        key = (*post.stratum, f"{stars_at(post, post.replied_at):g}")
        treated.setdefault(key, []).append(raised(post, post.replied_at))
        delays.setdefault(key, []).append((post.replied_at - post.written_at).total_seconds())
    untreated: dict[tuple[str, ...], list[bool]] = {}
    for post in others:
        for key in {(*post.stratum, f"{stars:g}") for _, stars in post.stars} & treated.keys():
            since = post.written_at + timedelta(seconds=median(delays[key]))
            if f"{stars_at(post, since):g}" == key[-1] and since + FOLLOWED_FOR <= now:
                untreated.setdefault(key, []).append(raised(post, since))
    return _difference(treated, untreated)


def _difference(treated: _Outcomes, untreated: _Outcomes) -> Estimate:
    """Of the groups that have both, weighted as the replies are; the variance as Agresti and Caffo have it."""
    both = [(treated[key], untreated[key]) for key in treated if key in untreated]
    of, against = sum(len(a) for a, _ in both), sum(len(b) for _, b in both)
    if min(of, against) < FEW:
        return Estimate(value=None, of=of, against=against)
    value = variance = 0.0
    for a, b in both:
        weight = len(a) / of
        value += weight * (sum(a) / len(a) - sum(b) / len(b))
        variance += weight**2 * (_variance(a) + _variance(b))
    half = _Z * sqrt(variance)
    return Estimate(value=value, low=max(value - half, -1.0), high=min(value + half, 1.0), of=of, against=against)


def _variance(outcomes: Sequence[bool]) -> float:
    share_of = (sum(outcomes) + 1) / (len(outcomes) + 2)
    return share_of * (1 - share_of) / (len(outcomes) + 2)
