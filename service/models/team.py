"""Our own team: users, the accounts by which other places know them, and the channels where they sit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.models.columns import key, moment, refers_to


class User(SQLModel, table=True):
    """A member of our own team."""

    __tablename__ = "users"

    id: int | None = key()
    name: str
    email: str = Field(unique=True)  # in lower case
    role: str  # domain.roles.Role
    active: bool = True
    created_at: datetime = moment()


class Channel(SQLModel, table=True):
    """What people asked of us in one channel of a workspace."""

    __tablename__ = "channels"

    id: int | None = key()
    target: str  # integrations.registry kind
    workspace: str  # the target's own id of it
    address: str = Field(index=True)  # as rules name it: "#rnd", "partner/#community"
    address_by_id: str = Field(unique=True)  # the same by the channel's own id, which stays when it is renamed
    paused_until: datetime | None = moment(nullable=True)  # new cards wait until then
    paused_at: datetime | None = moment(nullable=True)
    paused_by_id: int | None = refers_to("users.id", nullable=True)
    digest: str | None = None  # configuration.company.DigestRhythm; None: what company.yaml says of its teams
    digest_sent_at: datetime | None = moment(nullable=True)


class Account(SQLModel, table=True):
    """That a member of a Slack workspace is one of our users."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("target", "workspace", "remote_id"),)

    id: int | None = key()
    user_id: int = refers_to("users.id")
    target: str  # integrations.registry kind
    workspace: str  # the target's own id of it
    remote_id: str  # the member's id there
    tied_at: datetime = moment()
