"""Closing the loop: that an issue is fixed, told to those who reported it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.models.columns import key, moment, refers_to


class Telling(SQLModel, table=True):
    """One fix of one issue, told to its reporters. The same issue fixed again, later, is another telling."""

    __tablename__ = "tellings"
    __table_args__ = (UniqueConstraint("issue_id", "fixed_at"),)

    id: int | None = key()
    issue_id: int = refers_to("issues.id", index=False)
    fixed_at: datetime = moment()
    version: str
    state: str = Field(default="draft", index=True)  # domain.closing.TellingState
    problem: str | None = None  # why it is held
    prepared_by_id: int = refers_to("users.id")
    prepared_at: datetime = moment()
    released_by_id: int | None = refers_to("users.id", nullable=True)
    released_at: datetime | None = moment(nullable=True)
    done_at: datetime | None = moment(nullable=True)


class TellingPerson(SQLModel, table=True):
    """Somebody who reported an issue: to be told by one reply, or why they cannot be told."""

    __tablename__ = "telling_people"
    __table_args__ = (UniqueConstraint("telling_id", "key"),)

    id: int | None = key()
    telling_id: int = refers_to("tellings.id", index=False)
    key: str = Field(index=True)  # domain.closing.key_of: one for a person, however many posts they wrote
    post_id: int = refers_to("posts.id")  # the newest that can be answered, or the newest
    language: str  # of the words, as a code
    reason: str = ""  # why they cannot be told, in a sentence; empty: they can
    ticked: bool = True  # False: a person left them out
    reply_id: int | None = refers_to("replies.id", nullable=True, unique=True)
    agreed_digest: str | None = None  # of the exact words that may leave
    left_at: datetime | None = moment(nullable=True, index=True)  # handed to the outbox
