"""The sorts of fields that a rule's `when` may name: words, numbers and flags, and how a reason speaks of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from service.domain.facts import Facts, IssueFacts
from service.domain.wording import figure, money

F = TypeVar("F", Facts, IssueFacts)
Held: TypeAlias = Mapping[str, float | None]
"""The words that a field holds for one post, each with its score where a model gave one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Generic[F]):
    """A field that holds words: one, several, or none."""

    name: str
    meaning: str
    read: Callable[[F], Held]
    phrase: str  # "in {}"; the word as the rule writes it, never as the post has it
    phrases: Mapping[str, str] | None = None  # for single words, in place of `phrase`
    known: tuple[str, ...] | None = None  # the words there are; None: any text, or what the configuration names
    prefix: bool = False  # "pt" is also "pt-BR"
    guessed: Callable[[F, str], bool] | None = None  # whether this word is a guess of the models; None: it never is
    aside: bool = True  # said after what the post says

    def say(self, *words: str) -> str:
        """The word (or any of several) as a reason speaks of it."""
        if self.phrases is None:
            return self.phrase.format(" or ".join(words).replace("_", " "))
        return " or ".join(self.phrases.get(word) or self.phrase.format(word) for word in words)

    def same(self, wanted: str, held: str) -> bool:
        """Whether what a post holds is what a rule wants; letters' case does not count."""
        wanted, held = wanted.casefold(), held.casefold()
        return wanted == held or (self.prefix and held.startswith(f"{wanted}-"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Generic[F]):
    """A field that holds a number, or none."""

    name: str
    meaning: str
    read: Callable[[F], float | None]
    phrase: str  # "urgency {}"
    highest: float | None = None  # none: no upper end; the lower end is always 0
    currency: Callable[[F], str] | None = None  # where the number is an amount of money
    aside: bool = True

    def show(self, amount: float, facts: F) -> str:
        """The amount as a reason shows it."""
        return money(amount, self.currency(facts)) if self.currency else figure(amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Generic[F]):
    """A field that holds or does not."""

    name: str
    meaning: str
    read: Callable[[F], bool]
    yes: str
    no: str
    aside: bool = True


Field: TypeAlias = Words[F] | Number[F] | Flag[F]
