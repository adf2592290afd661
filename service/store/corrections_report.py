"""How often the models were right, by people's labels: of the reading as it was when somebody labelled it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from service.domain.corrections import Origin, Share
from service.models import Correction, Post, Reading, Source
from service.store.corrections import holding


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """One line: of which head, in which language or source, how the labels came about."""

    origin: str
    head: str
    language: str | None
    source: str | None
    share: Share


def by_head(session: Session) -> list[Accuracy]:
    """A line for each head and origin; the sample's lines first, for they are the honest ones."""
    return _counted(session, language=False, source=False)


def by_language(session: Session) -> list[Accuracy]:
    """As `by_head`, apart for each language."""
    return _counted(session, language=True, source=False)


def by_source(session: Session) -> list[Accuracy]:
    """As `by_head`, apart for each source."""
    return _counted(session, language=False, source=True)


def sample(session: Session, *, most: int, among: int = 1000) -> Sequence[int]:
    """Posts drawn by chance from the newest ones that nobody has labelled, so that their accuracy is that of all."""
    recent = (
        select(col(Post.id).label("id"))
        .join(Reading, col(Reading.post_id) == col(Post.id))
        .where(
            col(Post.deleted_at).is_(None),
            col(Reading.understood),
            ~select(col(Correction.id)).where(col(Correction.post_id) == col(Post.id)).exists(),
        )
        .order_by(col(Post.id).desc())
        .limit(among)
        .subquery()
    )
    return [int(number) for number in session.scalars(select(recent.c.id).order_by(func.random()).limit(most))]


def _counted(session: Session, *, language: bool, source: bool) -> list[Accuracy]:
    """One label for each head of each version of a post counts: the latest that holds, beside what the models said."""
    labels = holding().where(col(Correction.model_said).is_not(None)).order_by(None).subquery()
    kind = func.split_part(labels.c.head, ":", 1)
    groups: list[Any] = [labels.c.origin, kind]
    groups += [col(Reading.language)] if language else []
    groups += [col(Source.name)] if source else []
    rows = session.execute(
        select(*groups, func.count(), func.count().filter(labels.c.model_said == labels.c.value))
        .join(Post, col(Post.id) == labels.c.post_id)
        .join(Source, col(Source.id) == col(Post.source_id))
        .outerjoin(Reading, col(Reading.post_id) == col(Post.id))
        .group_by(*groups)
        .order_by(*groups)
    )
    found = [
        Accuracy(
            origin=row[0],
            head=row[1],
            language=row[2] if language else None,
            source=row[2] if source else None,
            share=Share(right=int(row[-1]), of=int(row[-2])),
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: (each.origin != Origin.SAMPLE, -each.share.of, each.head))
