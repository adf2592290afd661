"""Which posts and issues go where, and why: pure decisions over rules and facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias

from service.domain.conditions import Condition, Phrase
from service.domain.facts import AnyFacts, Facts, IssueFacts
from service.domain.vocabulary import F
from service.domain.wording import joined


@dataclass(frozen=True, slots=True)
class Destination:
    """A place that messages go."""

    target: str  # a kind of integration: "slack"
    address: str  # where in it: "#rnd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[F]):
    """Where posts (or issues) that meet a condition go."""

    name: str
    about: type[F]  # Facts or IssueFacts
    when: Condition[F]
    destinations: tuple[Destination, ...] = ()  # none: nowhere, which only makes sense with `stop`
    stop: bool = False  # rules after this one are not looked at

    def because(self, facts: AnyFacts) -> str | None:
        """Why it applies, in words; None where it does not."""
        reason = self.when.met(facts) if isinstance(facts, self.about) else None
        return None if reason is None else f"{in_words(reason)}: rule '{self.name}'"

    def unmet(self, facts: AnyFacts) -> tuple[str, ...]:
        """What is missing for it to apply, in words; empty where it applies. Made for a dry run."""
        if not isinstance(facts, self.about):
            return ("an issue" if self.about is IssueFacts else "a post",)
        return self.when.unmet(facts)


AnyRule: TypeAlias = Rule[Facts] | Rule[IssueFacts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """That a post or an issue goes to a place: one for each place, with all the reasons."""

    target: str
    address: str
    rules: tuple[str, ...]  # the names of those that say so, in their order
    reason: str  # "negative (0.93) and reports a bug (0.88), from a customer worth 1,240 €: rule 'Valued customers'"


def decide(rules: Iterable[AnyRule], facts: AnyFacts) -> tuple[Decision, ...]:
    """Where `facts` go, in the order of the rules. A rule that says `stop` is the last one looked at."""
    reasons: dict[Destination, dict[str, str]] = {}
    for rule in rules:
        reason = rule.because(facts)
        if reason is None:
            continue
        for destination in rule.destinations:
            reasons.setdefault(destination, {})[rule.name] = reason
        if rule.stop:
            break
    return tuple(
        Decision(target=place.target, address=place.address, rules=tuple(why), reason="; ".join(why.values()))
        for place, why in reasons.items()
    )


def in_words(reason: Sequence[Phrase]) -> str:
    """One sentence of all the phrases: first what the post says, then who and where."""
    said = list(dict.fromkeys(phrase.text for phrase in reason if not phrase.aside))
    asides = dict.fromkeys(phrase.text for phrase in reason if phrase.aside)
    return ", ".join([*([joined(said)] if said else []), *asides]) or "everything"
