"""What every part of a digest is computed from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from collectors.registry import UnknownKind
from service.domain.periods import Period
from service.models import Source
from service.store import digest_numbers
from service.tools import Tools


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One period for one team, with the sources under their ids."""

    session: Session
    tools: Tools
    period: Period
    topics: Sequence[str]  # none: everything
    sources: Mapping[int, Source]
    titles: Mapping[int, str]  # "Steam reviews, Ironwake"; its own name where it is about several products
    linkable: Collection[int]  # the sources whose passports let us tie authors to customers


def frame(session: Session, tools: Tools, period: Period, topics: Sequence[str]) -> Frame:
    """The frame. A source of a kind that this version no longer has keeps its name, and nobody is tied to it."""
    sources = digest_numbers.sources(session)
    titles: dict[int, str] = {}
    linkable: set[int] = set()
    for number, source in sources.items():
        try:
            titles[number] = tools.source_title(source) if source.product else source.name
            if tools.may_link(source):
                linkable.add(number)
        except UnknownKind:
            titles[number] = source.name
    return Frame(
        session=session,
        tools=tools,
        period=period,
        topics=topics,
        sources=sources,
        titles=titles,
        linkable=frozenset(linkable),
    )
