"""What others brought to our door: calls of webhooks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.models.columns import key, moment, refers_to


class HookCall(SQLModel, table=True):
    """One call of a webhook, kept as received until its source has read it. `id` counts up within a source."""

    __tablename__ = "hook_calls"
    __table_args__ = (UniqueConstraint("source_id", "name"),)

    id: int | None = key()
    source_id: int = refers_to("sources.id", index=False)
    name: str  # the sender's own id (webhook-id): what is sent again is kept once
    received_at: datetime = moment(index=True)
    content: bytes = Field(repr=False)
