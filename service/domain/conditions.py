"""The conditions of a routing rule: whether they hold for a post or an issue, and why, in words.

What is not known matches nothing; so `not` of it holds.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeAlias

from service.domain.vocabulary import F, Flag, Number, Words
from service.domain.wording import figure


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of a reason. An aside ("from a customer …") is said after what the post itself says."""

    text: str
    aside: bool = True


Because: TypeAlias = tuple[Phrase, ...] | None
"""Why a condition holds; None where it does not."""


class Condition(ABC, Generic[F]):
    """Something that holds for a post or an issue, or does not."""

    @abstractmethod
    def met(self, facts: F) -> Because:
        """Why it holds; None where it does not."""

    @abstractmethod
    def describe(self) -> str:
        """What it asks for, in words."""

    def denied(self) -> str:
        """That it does not hold, in words."""
        return f"not {self.describe()}"

    def unmet(self, facts: F) -> tuple[str, ...]:
        """The parts that do not hold, in words; empty where it holds."""
        return () if self.met(facts) is not None else (self.describe(),)


@dataclass(frozen=True)
class Holds(Condition[F]):
    """The field holds one of the words, and not as a guess.

    With `confidence` the score decides alone: at least that much where a model gave one.
    """

    field: Words[F]
    words: tuple[str, ...]
    confidence: float | None = None

    def met(self, facts: F) -> Because:
        phrases = []
        for word in self.words:
            held = self.field.read(facts).items()
            scores = [score for name, score in held if self.field.same(word, name) and self._counts(facts, name, score)]
            if scores:
                known = [score for score in scores if score is not None]
                said = f" ({max(known):.2f})" if known else ""
                phrases.append(Phrase(self.field.say(word) + said, self.field.aside))
        return tuple(phrases) or None

    def _counts(self, facts: F, held: str, score: float | None) -> bool:
        if self.confidence is None:
            return self.field.guessed is None or not self.field.guessed(facts, held)
        return score is None or score >= self.confidence

    def describe(self) -> str:
        sure = f" (at least {figure(self.confidence)} sure)" if self.confidence else ""
        return self.field.say(*self.words) + sure


@dataclass(frozen=True, kw_only=True)
class Within(Condition[F]):
    """The field's number lies within all the bounds that are given."""

    field: Number[F]
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None

    def met(self, facts: F) -> Because:
        number = self.field.read(facts)
        if number is None:
            return None
        holds = (
            (self.at_least is None or number >= self.at_least)
            and (self.above is None or number > self.above)
            and (self.at_most is None or number <= self.at_most)
            and (self.below is None or number < self.below)
        )
        if not holds:
            return None
        return (Phrase(self.field.phrase.format(self.field.show(number, facts)), self.field.aside),)

    def denied(self) -> str:
        contraries = {"under": self.at_least, "at most": self.above, "above": self.at_most, "at least": self.below}
        bounds = [f"{word} {figure(bound)}" for word, bound in contraries.items() if bound is not None]
        return self.field.phrase.format(bounds[0]) if len(bounds) == 1 else super().denied()

    def describe(self) -> str:
        bounds = {"at least": self.at_least, "above": self.above, "at most": self.at_most, "below": self.below}
        said = " and ".join(f"{word} {figure(bound)}" for word, bound in bounds.items() if bound is not None)
        return self.field.phrase.format(said)


@dataclass(frozen=True)
class Is(Condition[F]):
    """The flag is as wanted."""

    field: Flag[F]
    wanted: bool

    def met(self, facts: F) -> Because:
        return (Phrase(self.describe(), self.field.aside),) if self.field.read(facts) is self.wanted else None

    def describe(self) -> str:
        return self.field.yes if self.wanted else self.field.no


@dataclass(frozen=True)
class Not(Condition[F]):
    """The inner condition does not hold."""

    inner: Condition[F]

    def met(self, facts: F) -> Because:
        return None if self.inner.met(facts) is not None else (Phrase(self.describe()),)

    def describe(self) -> str:
        return self.inner.denied()


@dataclass(frozen=True)
class All(Condition[F]):
    """Every part holds. Of no parts: always."""

    parts: tuple[Condition[F], ...]

    def met(self, facts: F) -> Because:
        reasons = [part.met(facts) for part in self.parts]
        return None if None in reasons else _flat(reasons)

    def describe(self) -> str:
        return f"({' and '.join(part.describe() for part in self.parts)})"

    def unmet(self, facts: F) -> tuple[str, ...]:
        return tuple(words for part in self.parts for words in part.unmet(facts))


@dataclass(frozen=True)
class Any(Condition[F]):
    """At least one part holds."""

    parts: tuple[Condition[F], ...]

    def met(self, facts: F) -> Because:
        reasons = [reason for part in self.parts if (reason := part.met(facts)) is not None]
        return _flat(reasons) if reasons else None

    def describe(self) -> str:
        return f"({' or '.join(part.describe() for part in self.parts)})"


def _flat(reasons: Iterable[Because]) -> tuple[Phrase, ...]:
    return tuple(phrase for reason in reasons for phrase in reason or ())
