"""What the models made of posts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, col

from nlp.base import Reading as ReadByModels
from service.domain.corrections import overrule
from service.domain.issues import may_belong_to_an_issue
from service.models import Post, Reading
from service.models.columns import id_of
from service.store import corrections


def store_readings(session: Session, posts: Sequence[Post], readings: Sequence[ReadByModels], *, now: datetime) -> None:
    """Keep one reading a post: that of its current version."""
    rows = [_row(post, reading, now) for post, reading in zip(posts, readings, strict=True)]
    if not rows:
        return
    _overrule(session, rows)
    statement = upsert(Reading).values(rows)
    fresh = {name: statement.excluded[name] for name in rows[0] if name != "post_id"}
    session.execute(statement.on_conflict_do_update(index_elements=["post_id"], set_=fresh))


def agrees(reading: type[Reading] = Reading) -> ColumnElement[bool]:
    """Whether it is of a reply that only agrees, and so stands where the post that it agrees with stands."""
    return col(reading.from_thread).bool_op("?")("vector")


def _overrule(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """What people said of a version stays, however often it is read again."""
    labels = corrections.labels_of(session, [(row["post_id"], row["post_version"]) for row in rows])
    for row in rows:
        overrule(row, labels.get(row["post_id"], {}))


def _row(post: Post, reading: ReadByModels, now: datetime) -> dict[str, Any]:
    return {
        "post_id": id_of(post),
        "post_version": post.version,
        "model_version": reading.model_version,
        "read_at": now,
        "language": reading.language.label,
        "language_score": reading.language.score,
        "sentiment": reading.sentiment.label if reading.sentiment else None,
        "sentiment_score": reading.sentiment.score if reading.sentiment else None,
        "intents": {p.label: round(p.score, 4) for p in reading.intents},
        "topics": {p.label: round(p.score, 4) for p in reading.topics},
        "urgency": reading.urgency,
        "spam": reading.spam,
        "toxicity": reading.toxicity,
        "unsure": sorted(reading.unsure),
        "partly": reading.partly,
        "from_thread": sorted(reading.from_thread),
        "understood": reading.understood,
        "groupable": may_belong_to_an_issue(
            understood=reading.understood,
            spam=reading.spam,
            sentiment=reading.sentiment.label if reading.sentiment else None,
            intents={p.label: p.score for p in reading.intents},
        ),
        "why_not": reading.why_not,
        "vector": reading.vector,
    }
