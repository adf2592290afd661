"""What is to be done about posts: issues, cases and deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from service.models.columns import json_column, key, moment, optional_json, refers_to, vector_column


class Issue(SQLModel, table=True):
    """Posts with one underlying cause. Its id is its number, for life."""

    __tablename__ = "issues"

    id: int | None = key()
    title: str
    state: str = Field(default="open", index=True)  # domain.issues.IssueState
    product: str | None = None
    centroid: Any = vector_column()
    titled_at_count: int = 0  # how many posts it had when Earful chose its title
    post_count: int = 0
    first_post_at: datetime = moment()
    last_post_at: datetime = moment(index=True)
    opened_at: datetime = moment()
    state_changed_at: datetime = moment()
    state_reason: str = ""
    told_state: str | None = None  # the state that people were last told of, so that each is told once
    merged_into_id: int | None = refers_to("issues.id", nullable=True)
    fixed_version: str | None = None  # in which a person said that it is fixed


class IssuePost(SQLModel, table=True):
    """That a post belongs to an issue, and why."""

    __tablename__ = "issue_posts"

    id: int | None = key()
    post_id: int = refers_to("posts.id", unique=True)
    issue_id: int = refers_to("issues.id")
    similarity: float  # to the issue's centre when it joined, -1 to 1
    reason: str
    joined_at: datetime = moment()


class Case(SQLModel, table=True):
    """Our unit of work on one conversation."""

    __tablename__ = "cases"

    id: int | None = key()
    post_id: int = refers_to("posts.id", unique=True)  # the post that opened it
    customer_id: int | None = refers_to("customers.id", nullable=True)
    state: str = Field(default="new", index=True)  # domain.cases.CaseState
    urgency: float = 0.0
    reason: str = ""
    assignee_id: int | None = refers_to("users.id", nullable=True)
    opened_at: datetime = moment()
    claimed_at: datetime | None = moment(nullable=True)
    snoozed_until: datetime | None = moment(nullable=True)
    escalated_at: datetime | None = moment(nullable=True)  # shown to R&D
    answered_at: datetime | None = moment(nullable=True)  # the first time that a person's reply stood on the platform
    closed_at: datetime | None = moment(nullable=True)


class Delivery(SQLModel, table=True):
    """One tracked outgoing message: the outbox. `key` makes it one for life."""

    __tablename__ = "deliveries"

    id: int | None = key()
    key: str = Field(unique=True)  # "post:12>slack:#rnd"
    post_id: int | None = refers_to("posts.id", nullable=True)
    issue_id: int | None = refers_to("issues.id", nullable=True)
    source_id: int | None = refers_to("sources.id", nullable=True)  # an alarm
    team: str | None = Field(default=None, index=True)  # of company.yaml, whose digest it is
    target: str  # integrations.registry kind
    address: str  # as the rule names it: "#rnd"
    state: str = Field(default="approved", index=True)  # domain.outbox.OutboxState
    reason: str  # in words, from the rules
    rules: list[str] = json_column(list)
    event: str = "new"  # for issues: opened, rising, returned, fixed; for sources: domain.alarms.Occurrence;
    # for digests: domain.editions.Edition
    created_at: datetime = moment(index=True)
    held_until: datetime | None = moment(nullable=True)  # a pause of the channel kept it so long
    sending_at: datetime | None = moment(nullable=True)
    sent_at: datetime | None = moment(nullable=True)
    remote_address: str | None = None
    remote_id: str | None = None
    remote_url: str | None = None
    sent_digest: str | None = None  # of the message as last sent; another digest means an update in place
    payload: dict[str, Any] | None = optional_json()  # as last sent
    attempt_count: int = 0
    problem: str | None = None
    what_to_do: str | None = None
