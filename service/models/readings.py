"""What the models made of a post."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from service.models.columns import json_column, key, moment, refers_to, vector_column


class Reading(SQLModel, table=True):
    """All heads' answers for a post's current version. One row a post; read again, it is replaced."""

    __tablename__ = "readings"
    __table_args__ = (
        Index("ix_readings_intents", "intents", postgresql_using="gin"),
        Index("ix_readings_topics", "topics", postgresql_using="gin"),
        Index("ix_readings_urgent", "post_id", postgresql_where="urgency >= 0.8"),
        Index("ix_readings_spam", "post_id", postgresql_where="spam >= 0.5"),
        Index("ix_readings_toxic", "post_id", postgresql_where="toxicity >= 0.5"),
        Index("ix_readings_not_understood", "post_id", postgresql_where="NOT understood"),
    )

    id: int | None = key()
    post_id: int = refers_to("posts.id", unique=True)
    post_version: int
    model_version: str
    read_at: datetime = moment()
    language: str = Field(index=True)
    language_score: float
    sentiment: str | None = Field(default=None, index=True)
    sentiment_score: float | None = None
    intents: dict[str, Any] = json_column()  # label -> score, those that hold
    topics: dict[str, Any] = json_column()  # label -> score, those that hold
    urgency: float
    spam: float = 0.0
    toxicity: float = 0.0
    unsure: list[str] = json_column(list)  # what is a guess, by the names that labels use: sentiment, intent:question …
    partly: bool = False  # only beginning and end were read
    from_thread: list[str] = json_column(list)  # what was taken from the post it answers (nlp.context)
    understood: bool
    groupable: bool = False  # reports something that could have a cause to find (domain.issues)
    why_not: str | None = None
    labelled: dict[str, Any] = json_column()  # head -> what a person said, which stands in the answers above
    vector: Any = vector_column()
