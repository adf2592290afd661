"""What the filters of the inbox offer: the values that recent posts have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from service.models import Post, Reading, Source

_RECENT = 5000  # posts; looking at all of them would take long in a large store


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Each in alphabetical order."""

    sources: Sequence[str]
    products: Sequence[str]
    languages: Sequence[str]
    topics: Sequence[str]


def of_posts(session: Session) -> Choices:
    """What there is to choose from."""
    posts = select(col(Post.product)).order_by(col(Post.id).desc()).limit(_RECENT).subquery()
    readings = (
        select(col(Reading.language), col(Reading.topics)).order_by(col(Reading.id).desc()).limit(_RECENT).subquery()
    )
    products = session.scalars(select(posts.c.product).where(posts.c.product.is_not(None)).distinct())
    languages = session.scalars(select(readings.c.language).distinct())
    topics = session.scalars(select(func.jsonb_object_keys(readings.c.topics)).distinct())
    return Choices(
        sources=session.scalars(select(col(Source.name)).order_by(col(Source.name))).all(),
        products=sorted(products),
        languages=sorted(languages),
        topics=sorted(topics),
    )
