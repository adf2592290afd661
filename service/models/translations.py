"""Posts in our team's language."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import SQLModel

from service.models.columns import key, moment, refers_to


class Translation(SQLModel, table=True):
    """One post as a translator put it, at one of its versions; it goes when the post goes."""

    __tablename__ = "translations"

    id: int | None = key()
    post_id: int = refers_to("posts.id", unique=True)
    post_version: int
    language: str  # ISO 639-1
    text: str
    made_by: str  # the translator's name, for people
    made_at: datetime = moment()
