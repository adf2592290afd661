"""Our own team: users, and the accounts by which other places know them."""

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
