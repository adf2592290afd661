"""What the credentials of a source can do and what not, as `earful source try` tells it.

A collector that has credentials has `abilities` too: it asks its platform a question or two that only read, and says
what follows from the answers. A refusal is an answer as well, so nothing is raised.

    def abilities(self) -> Sequence[Ability]:
        return tried("sign in", lambda: self._get("me"), lambda me: [Ability("read tickets", me["role"] == "admin")])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, cast

from collectors.base import JSON, Collector, SourceBusy, SourceRefused

_SHORTEST = 8  # letters of a secret that are looked for in messages; shorter ones stand in many a word


@dataclass(frozen=True, slots=True)
class Ability:
    """One thing that somebody with these credentials may do, or may not."""

    what: str  # completes "it can …", or a fact: "read the reviews", "37 questions are left this hour"
    allowed: bool | None  # None: the platform does not tell, or not now
    how_to_get: str = ""  # what to do where it is not allowed, or where to look where that is not told


class Able(Protocol):
    """What a collector also has where it has credentials."""

    def abilities(self) -> Sequence[Ability]:
        """What they can do, by requests that only read. Raises nothing that a platform can cause."""
        ...


def tried(
    what: str,
    ask: Callable[[], object],
    then: Callable[[Mapping[str, JSON]], Iterable[Ability]] = lambda _: (),
) -> list[Ability]:
    """Whether `ask` gets an answer, as an ability, and what follows from the answer: for `then` it is an object."""
    try:
        answer = ask()
    except SourceRefused as refused:
        return [Ability(what, False, str(refused))]
    except SourceBusy as busy:
        return [Ability(what, None, str(busy))]
    return [Ability(what, True), *then(answer if isinstance(answer, dict) else {})]


def abilities_of(collector: Collector, secrets: Iterable[str]) -> list[Ability]:
    """What a collector's credentials can do; none where it needs none. What a platform says of them is shown without
    the `secrets` themselves.
    """
    if not callable(getattr(collector, "abilities", None)):
        return []
    hidden = [secret for secret in secrets if len(secret) >= _SHORTEST]
    return [_without(hidden, ability) for ability in cast("Able", collector).abilities()]


def _without(secrets: list[str], ability: Ability) -> Ability:
    told = ability.how_to_get
    for secret in secrets:
        told = told.replace(secret, "…")
    return replace(ability, how_to_get=told)
