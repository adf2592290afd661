"""What people say of the models' answers, and what was learnt from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field, SQLModel

from service.models.columns import json_column, key, moment, refers_to


class Correction(SQLModel, table=True):
    """One person's label for one head on one version of a post. The latest that was not taken back holds."""

    __tablename__ = "corrections"
    __table_args__ = (Index("ix_corrections_of_post", "post_id", "post_version", "head"),)

    id: int | None = key()
    post_id: int = refers_to("posts.id", index=False)
    post_version: int
    head: str  # sentiment, language, spam, toxic, intent:…, topic:…
    value: str  # what is right: a label, or yes and no
    model_said: str | None = None  # None: the models said nothing
    model_version: str | None = None
    origin: str  # domain.corrections.Origin
    made_by: str
    made_at: datetime = moment(index=True)
    withdrawn_at: datetime | None = moment(nullable=True)


class Lesson(SQLModel, table=True):
    """One fit to all labels of its time; its id is the number that readings carry as `+c…`."""

    __tablename__ = "lessons"

    id: int | None = key()
    made_at: datetime = moment()
    models: str  # the models that it was fitted for
    seen: str  # which state of the labels it knows
    verdicts: list[dict[str, Any]] = json_column(list)
    content: bytes = Field(sa_type=LargeBinary)
