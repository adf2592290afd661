"""Which sources' authors may be tied to customers: what pages may show, besides what the link stage may do."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col

from service.models import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Linkable:
    """Kinds of source by what their passports say."""

    kinds: frozenset[str]  # the passport allows it
    own_kinds: frozenset[str]  # no platform forbids it: allowed where the place is the company's own

    def sources(self) -> ColumnElement[bool]:
        """What `sources` must fulfil."""
        return or_(col(Source.kind).in_(self.kinds), and_(col(Source.own), col(Source.kind).in_(self.own_kinds)))

    def allows(self, source: Source) -> bool:
        """The same for one source."""
        return source.kind in self.kinds or (source.own and source.kind in self.own_kinds)
