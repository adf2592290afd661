"""What models of the hub say of texts, in our words, before it becomes part of a reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from nlp.base import Intent, Vector
from nlp.hub.choice import SPAM, TOXICITY

CHANCES = (*(str(intent) for intent in Intent), SPAM, TOXICITY)
"""What may hold or not, besides sentiment."""

EVEN = 0.5


@dataclass(frozen=True, slots=True)
class Answers:
    """About n texts. What is not answered here, the shipped models' reading says."""

    shares: Vector | None = None  # (n, 3): negative, neutral, positive
    mixed: Vector | None = None  # (n,): probability that both sides are strong
    chances: Mapping[str, Vector] = field(default_factory=dict)  # of CHANCES, each (n,)
    thresholds: Mapping[str, float] = field(default_factory=dict)  # from which a chance holds; else EVEN

    def over(self, below: Answers) -> Answers:
        """These answers, and those of `below` where these say nothing."""
        own = self.shares is not None
        thresholds = {name: each for name, each in below.thresholds.items() if name not in self.chances}
        return Answers(
            self.shares if own else below.shares,
            self.mixed if own else below.mixed,
            {**below.chances, **self.chances},
            {**thresholds, **self.thresholds},
        )

    def of(self, row: int) -> Answer:
        """What is said of one text."""
        shares = None if self.shares is None else self.shares[row]
        mixed = 0.0 if self.mixed is None else float(self.mixed[row])
        return Answer(shares, mixed, {name: float(each[row]) for name, each in self.chances.items()}, self.thresholds)


@dataclass(frozen=True, slots=True)
class Answer:
    """The same about one text."""

    shares: Vector | None
    mixed: float
    chances: Mapping[str, float]
    thresholds: Mapping[str, float]

    def threshold(self, name: str) -> float:
        return self.thresholds.get(name, EVEN)

    def rated(self, rating: float | None) -> Vector | None:
        """The shares with the stars counted in, as evidence for their side."""
        if self.shares is None or rating is None:
            return self.shares
        leaning = 2 * min(max(rating, 0.0), 1.0) - 1
        weighed = self.shares * np.exp(_STARS_WEIGHT * leaning * np.array([-1.0, 0.0, 1.0], np.float32))
        total: Vector = weighed / max(float(weighed.sum()), 1e-9)
        return total


_STARS_WEIGHT = 2.0  # log-odds that the best or worst rating adds to its side
