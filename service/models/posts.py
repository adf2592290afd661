"""What was collected: sources, authors, posts with their versions, and what was set aside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from service.models.columns import json_column, key, moment, optional_json, refers_to


class Source(SQLModel, table=True):
    """A configured place that we listen to, and how it is doing."""

    __tablename__ = "sources"

    id: int | None = key()
    name: str = Field(unique=True)  # the slug in sources.yaml
    kind: str
    product: str | None = None
    options: dict[str, Any] = json_column()
    base_url: str | None = None
    own: bool = False  # the company runs this place itself, and its terms there allow linking its authors
    enabled: bool = True
    every_minutes: int = 15
    cursor: dict[str, Any] | None = optional_json()
    state: str = "new"  # SourceState
    state_reason: str = ""
    last_started_at: datetime | None = moment(nullable=True)
    last_succeeded_at: datetime | None = moment(nullable=True)
    next_due_at: datetime = moment(index=True)
    recheck_due_at: datetime | None = moment(nullable=True)
    failure_count: int = 0  # in a row
    platform_total: int | None = None  # how many posts the platform says there are
    pace_seconds: float | None = None  # between two requests; None: what the kind's Spec says
    quiet_since: datetime | None = moment(nullable=True)  # its newest post, where it is silent for unusually long
    usual_quiet_hours: float | None = None  # the longest silence that is usual here; None: too little is known
    setup_digest: str = ""  # of kind, options, address and keys: another one means that a person changed something


class SourceRun(SQLModel, table=True):
    """One time of listening to a source: what came, what did not."""

    __tablename__ = "source_runs"

    id: int | None = key()
    source_id: int = refers_to("sources.id")
    started_at: datetime = moment(index=True)
    ended_at: datetime = moment()
    state: str
    message: str = ""
    pages: int = 0
    new_count: int = 0
    changed_count: int = 0
    gone_count: int = 0
    set_aside_count: int = 0
    gap: str | None = None
    heard: str = ""  # domain.sources.Heard; empty where it failed


class SourceGap(SQLModel, table=True):
    """Something that a source did not let us see. It stays, open or filled, for as long as the source does."""

    __tablename__ = "source_gaps"

    id: int | None = key()
    source_id: int = refers_to("sources.id")
    words: str
    since: datetime | None = moment(nullable=True)  # what is missing was written after this, as far as we know
    until: datetime | None = moment(nullable=True)  # … and before this
    noted_at: datetime = moment()
    last_noted_at: datetime = moment(index=True)  # the same, met again
    filled_at: datetime | None = moment(nullable=True)
    filled_by: str = ""  # in words


class Backfill(SQLModel, table=True):
    """Fetching a source's history, behind live listening and with a cursor of its own. One a source: the last."""

    __tablename__ = "backfills"

    id: int | None = key()
    source_id: int = refers_to("sources.id", unique=True)
    since: datetime | None = moment(nullable=True)  # how far back; None: as far as the platform lets us
    cursor: dict[str, Any] | None = optional_json()
    state: str = "running"  # domain.backfills.BackfillState
    reason: str = ""
    asked_at: datetime = moment()
    updated_at: datetime = moment()
    pages: int = 0
    posts: int = 0  # that the platform showed
    new_count: int = 0  # of them, that we did not hold
    total: int | None = None  # how many the platform says there are
    oldest_at: datetime | None = moment(nullable=True)  # when the oldest of them was written
    gap: bool = False  # the platform did not show all of it
    failure_count: int = 0  # in a row


class SetAsideItem(SQLModel, table=True):
    """One item that could not be read, kept so that a person can see it. Seen again, it is counted, not repeated."""

    __tablename__ = "set_aside_items"
    __table_args__ = (UniqueConstraint("source_id", "digest"),)

    id: int | None = key()
    source_id: int = refers_to("sources.id")
    digest: str  # of reason and raw
    place: str
    reason: str
    raw: str
    first_seen_at: datetime = moment()
    last_seen_at: datetime = moment(index=True)
    seen_count: int = 1


class Author(SQLModel, table=True):
    """An account on a platform. `scope` is the platform's kind, or the source's name where each source is its own."""

    __tablename__ = "authors"
    __table_args__ = (UniqueConstraint("scope", "account"),)

    id: int | None = key()
    scope: str
    account: str  # the platform's stable id, or the handle where it gives none
    handle: str | None = None
    name: str | None = None
    url: str | None = None
    reach: int | None = None
    ours: bool = False  # we write with it ourselves: what it says is not kept
    first_seen_at: datetime = moment()


class Post(SQLModel, table=True):
    """One public text as its platform shows it now; earlier versions stand in `post_versions`.

    The `*_version` columns say at which version of the post each stage last ran: a stage that finds its own number
    behind `version` has work to do, one that does not has nothing to repeat.
    """

    __tablename__ = "posts"
    __table_args__ = (
        UniqueConstraint("source_id", "external_id"),
        Index("ix_posts_unfinished", "id", postgresql_where="routed_version < version"),
        Index("ix_posts_to_read_again", "id", postgresql_where="understood_version = 0 AND routed_version = version"),
        Index("ix_posts_newest", text("created_at DESC"), text("id DESC")),
        Index("ix_posts_newest_of_source", "source_id", text("created_at DESC"), text("id DESC")),
        Index("ix_posts_to_check", "source_id", "checked_at", postgresql_where="deleted_at IS NULL"),
        # Spelt as store.post_filter asks it, or PostgreSQL does not use it.
        Index(
            "ix_posts_words",
            text("to_tsvector('simple', (coalesce(title, '') || ' ') || text)"),
            postgresql_using="gin",
        ),
    )

    id: int | None = key()
    source_id: int = refers_to("sources.id")
    external_id: str
    author_id: int | None = refers_to("authors.id", nullable=True)
    kind: str
    url: str | None = None
    title: str | None = None
    text: str
    created_at: datetime = moment()
    edited_at: datetime | None = moment(nullable=True)
    first_seen_at: datetime = moment(index=True)
    last_seen_at: datetime = moment()
    checked_at: datetime | None = moment(nullable=True)  # when its platform was last asked whether it is still there
    deleted_at: datetime | None = moment(nullable=True)  # when we learnt that the author or the platform removed it
    thread_id: str | None = Field(default=None, index=True)
    parent_id: str | None = None
    platform_language: str | None = None
    rating: float | None = None
    rating_label: str | None = None
    product: str | None = Field(default=None, index=True)
    product_version: str | None = None
    order_number: str | None = None
    verified_email: str | None = None
    likes: int | None = None
    replies: int | None = None
    shares: int | None = None
    version: int = 1
    understood_version: int = 0
    linked_version: int = 0
    grouped_version: int = 0
    routed_version: int = 0


class PostVersion(SQLModel, table=True):
    """A post as it was first seen, and after each edit; the payload is kept as received, as long as policy allows."""

    __tablename__ = "post_versions"
    __table_args__ = (UniqueConstraint("post_id", "version"),)

    id: int | None = key()
    post_id: int = refers_to("posts.id")
    version: int
    digest: str  # of title, text and rating: what makes a version another one
    title: str | None = None
    text: str
    rating: float | None = None
    rating_label: str | None = None
    seen_at: datetime = moment()
    raw: dict[str, Any] | None = optional_json()


class PlatformPace(SQLModel, table=True):
    """When a platform may next be asked with one credential, for all workers on all machines."""

    __tablename__ = "platform_paces"

    platform: str = Field(primary_key=True)  # the kind, or host:port where the source names its own server
    credential: str = Field(primary_key=True)  # a digest of the keys, never the keys
    slot_at: datetime = moment()  # the turn that was given last
    free_at: datetime = moment()  # the next turn that may be given
