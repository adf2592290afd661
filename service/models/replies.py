"""What we publish to authors, and what people did in Slack that is still to be worked on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from service.models.columns import json_column, key, moment, refers_to


class Reply(SQLModel, table=True):
    """Text that we publish to an author; bound to the post as its writer saw it.

    At most one for each post is on its way or stands there, and one more for each telling: the database itself refuses
    a second.
    """

    __tablename__ = "replies"
    __table_args__ = (
        Index(
            "ix_replies_one_alive",
            "post_id",
            unique=True,
            postgresql_where="removed_at IS NULL AND (remote_id IS NOT NULL "
            "OR state IN ('approved', 'sending', 'uncertain', 'sent', 'manual')) AND telling_id IS NULL",
        ),
        Index(
            "ix_replies_one_told",
            "telling_id",
            "post_id",
            unique=True,
            postgresql_where="removed_at IS NULL AND (remote_id IS NOT NULL "
            "OR state IN ('approved', 'sending', 'uncertain', 'sent', 'manual')) AND telling_id IS NOT NULL",
        ),
    )

    id: int | None = key()
    key: str = Field(unique=True)  # what the platform is told, to find it again: at most 25 letters and digits
    case_id: int = refers_to("cases.id")
    post_id: int = refers_to("posts.id")
    telling_id: int | None = refers_to("tellings.id", nullable=True, index=False)  # it tells that an issue is fixed
    post_version: int
    seen_digest: str  # of the post as the writer saw it on its platform, see domain.replies.digest_of
    text: str  # as it should stand there
    template: str | None = None  # the name of the template that it began from
    state: str = Field(default="draft", index=True)  # domain.outbox.OutboxState
    wish: str = "publish"  # domain.replies.Wish: what sending means now
    written_by_id: int = refers_to("users.id")
    written_at: datetime = moment()
    answers_refusal_id: int | None = refers_to("contact_refusals.id", nullable=True, index=False)  # see domain.contact
    approval_reasons: list[str] = json_column(list)  # why a second person must look; empty: nobody must
    approved_by_id: int | None = refers_to("users.id", nullable=True)
    approved_at: datetime | None = moment(nullable=True)
    approved_digest: str | None = None  # of the exact words that were approved
    send_after: datetime | None = moment(nullable=True)  # until then it can be taken back
    sending_at: datetime | None = moment(nullable=True)
    sent_at: datetime | None = moment(nullable=True, index=True)
    sent_text: str | None = None  # as last put there
    remote_address: str | None = None
    remote_id: str | None = None
    remote_url: str | None = None
    read_as: str | None = Field(default=None, index=True)  # the external id that collectors read it back under
    removed_at: datetime | None = moment(nullable=True)
    attempt_count: int = 0
    problem: str | None = None
    what_to_do: str | None = None


class Click(SQLModel, table=True):
    """One thing that a person did in Slack, kept until its job has worked on it. `key` makes Slack's retries one."""

    __tablename__ = "clicks"

    id: int | None = key()
    key: str = Field(unique=True)
    kind: str  # integrations.slack.heard
    workspace: str
    content: dict[str, Any] = json_column()  # as integrations.slack.heard reads it; emptied when done
    heard_at: datetime = moment(index=True)
    done_at: datetime | None = moment(nullable=True)
    problem: str | None = None
