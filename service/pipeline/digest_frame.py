"""What every part of a digest is computed from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlmodel import Session

from collectors import registry
from service.clock import Clock
from service.domain.periods import Period
from service.models import Source
from service.store import digest_numbers


class Needs(Protocol):
    """What a digest asks of the process that makes it; `service.tools.Tools` has it all."""

    @property
    def clock(self) -> Clock:
        """What time it is."""
        ...

    @property
    def company(self) -> CompanyWords:
        """Whose digest it is."""
        ...

    @property
    def may_link(self) -> Callable[[Source], bool]:
        """Whether the passport lets us tie a source's authors to customers."""
        ...


class CompanyWords(Protocol):
    """What a digest says of the company."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def currency(self) -> str:
        """The currency of its orders, as ISO 4217 writes it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One period for one team, with the sources under their ids."""

    session: Session
    needs: Needs
    period: Period
    topics: Sequence[str]  # none: everything
    sources: Mapping[int, Source]
    kinds: Mapping[int, str]  # what people call the place: "Steam reviews", or its own name
    titles: Mapping[int, str]  # the same with its product, where it has one
    linkable: Collection[int]  # the sources whose passports let us tie authors to customers


def frame(session: Session, needs: Needs, period: Period, topics: Sequence[str]) -> Frame:
    """The frame. A source of a kind that this version no longer has keeps its name, and nobody is tied to it."""
    sources = digest_numbers.sources(session)
    kinds = {number: _kind(source) for number, source in sources.items()}
    return Frame(
        session=session,
        needs=needs,
        period=period,
        topics=topics,
        sources=sources,
        kinds=kinds,
        titles={
            number: f"{kinds[number]}, {source.product}" if source.product else kinds[number]
            for number, source in sources.items()
        },
        linkable=frozenset(
            number for number, source in sources.items() if _is_known(source) and needs.may_link(source)
        ),
    )


def _is_known(source: Source) -> bool:
    return source.kind in registry.kinds()


def _kind(source: Source) -> str:
    # Where a place is about several products, the name that the operator gave it says more than its kind.
    return registry.spec(source.kind).title if source.product and _is_known(source) else source.name
