"""Each measure, defined once: formula, unit, window, and when it is undefined. The glossary says the same in words.

Posts are counted where they were written within the period, are still there, and are not spam.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

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
