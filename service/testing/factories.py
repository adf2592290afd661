"""Rows for tests, with sensible defaults: name only what the test is about.

Every function adds to the session, flushes, and returns the stored row. Times default to `NOW` and before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

import numpy as np
from sqlmodel import Session, SQLModel

from service.models import (
    AuditEvent,
    Author,
    Case,
    Customer,
    Delivery,
    Identity,
    Issue,
    IssuePost,
    Note,
    Order,
    Organisation,
    Post,
    PostVersion,
    Reading,
    Reply,
    SetAsideItem,
    Source,
    SourceGap,
    SourceRun,
    User,
)
from service.models.columns import VECTOR_WIDTH, id_of

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)

_numbers = count(1)
_Row = TypeVar("_Row", bound=SQLModel)


def unit_vector(axis: int = 0) -> list[float]:
    """A vector of length one that points along `axis`."""
    vector = np.zeros(VECTOR_WIDTH, dtype=np.float32)
    vector[axis % VECTOR_WIDTH] = 1.0
    return [float(value) for value in vector]


def make_source(session: Session, *, name: str | None = None, kind: str = "tabular", **columns: Any) -> Source:
    """A source that is listening and was heard a few minutes before `NOW`."""
    values: dict[str, Any] = {
        "state": "listening",
        "last_started_at": NOW - timedelta(minutes=6),
        "last_succeeded_at": NOW - timedelta(minutes=5),
        "next_due_at": NOW + timedelta(minutes=10),
    }
    return _add(session, Source(name=name or f"source-{next(_numbers)}", kind=kind, **{**values, **columns}))


def make_run(session: Session, source: Source, *, state: str = "listening", **columns: Any) -> SourceRun:
    """One time of listening that brought nothing."""
    values: dict[str, Any] = {"started_at": NOW - timedelta(minutes=6), "ended_at": NOW - timedelta(minutes=5)}
    return _add(session, SourceRun(source_id=id_of(source), state=state, **{**values, **columns}))


def make_gap(session: Session, source: Source, words: str, **columns: Any) -> SourceGap:
    """Something that the source did not let us see, noted at its last run."""
    values: dict[str, Any] = {"noted_at": NOW - timedelta(minutes=5), "last_noted_at": NOW - timedelta(minutes=5)}
    return _add(session, SourceGap(source_id=id_of(source), words=words, **{**values, **columns}))


def make_set_aside(session: Session, source: Source, *, place: str, reason: str, raw: str = "") -> SetAsideItem:
    """An item that could not be read."""
    digest = hashlib.sha256(f"{reason}{raw}{next(_numbers)}".encode()).hexdigest()
    item = SetAsideItem(
        source_id=id_of(source),
        digest=digest,
        place=place,
        reason=reason,
        raw=raw,
        first_seen_at=NOW - timedelta(days=1),
        last_seen_at=NOW,
    )
    return _add(session, item)


def make_author(session: Session, *, handle: str | None = None, scope: str = "tabular", **columns: Any) -> Author:
    """An account on a platform."""
    handle = handle or f"player{next(_numbers)}"
    values: dict[str, Any] = {"account": handle, "name": handle.title(), "first_seen_at": NOW - timedelta(days=30)}
    return _add(session, Author(scope=scope, handle=handle, **{**values, **columns}))


def make_post(
    session: Session,
    source: Source,
    *,
    text: str = "The game is fine.",
    author: Author | None = None,
    reading: Mapping[str, Any] | None = None,
    read: bool = True,
    **columns: Any,
) -> Post:
    """A post an hour before `NOW`, with its first version, and read by the models unless `read` is False.

    `reading` overrides single columns of the reading: `{"sentiment": "negative", "urgency": 0.9}`.
    """
    number = next(_numbers)
    written_at = columns.pop("created_at", NOW - timedelta(hours=1))
    values: dict[str, Any] = {
        "external_id": f"e-{number}",
        "kind": "review",
        "first_seen_at": written_at,
        "last_seen_at": written_at,
        "product": source.product,
        **dict.fromkeys(("understood_version", "linked_version", "grouped_version", "routed_version"), 1),
        **columns,
    }
    post = Post(
        source_id=id_of(source), author_id=author.id if author else None, text=text, created_at=written_at, **values
    )
    _add(session, post)
    make_version(session, post, version=1)
    if read:
        make_reading(session, post, **dict(reading or {}))
    return post


def make_version(session: Session, post: Post, *, version: int, **columns: Any) -> PostVersion:
    """What a post said at `version`; now, unless `text` and `title` say otherwise."""
    values: dict[str, Any] = {
        "digest": f"{post.id}-{version}",
        "title": post.title,
        "text": post.text,
        "rating": post.rating,
        "rating_label": post.rating_label,
        "seen_at": post.created_at + timedelta(hours=version - 1),
        "raw": {"id": post.external_id, "text": post.text},
        **columns,
    }
    return _add(session, PostVersion(post_id=id_of(post), version=version, **values))


def make_reading(session: Session, post: Post, **columns: Any) -> Reading:
    """The models' answers: an English neutral text that can wait."""
    values: dict[str, Any] = {
        "post_version": post.version,
        "model_version": "test-1",
        "read_at": post.first_seen_at,
        "language": "en",
        "language_score": 0.98,
        "sentiment": "neutral",
        "sentiment_score": 0.8,
        "intents": {},
        "topics": {},
        "urgency": 0.1,
        "understood": True,
        "vector": unit_vector(post.id or 0),
        **columns,
    }
    return _add(session, Reading(post_id=id_of(post), **values))


def make_organisation(session: Session, *, name: str = "Night Owls", **columns: Any) -> Organisation:
    """A guild that customers belong to."""
    values: dict[str, Any] = {"external_id": f"org-{next(_numbers)}", **columns}
    return _add(session, Organisation(name=name, **values))


def make_customer(session: Session, *, name: str = "Ada Example", **columns: Any) -> Customer:
    """A customer from an import."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "external_id": f"C-{number}",
        "email": f"person{number}@example.org",
        "lifecycle": "customer",
        "since": date(2025, 3, 1),
        "created_at": NOW - timedelta(days=300),
        "created_because": "customers.csv line 12",
        **columns,
    }
    return _add(session, Customer(name=name, **values))


def make_identity(session: Session, author: Author, customer: Customer, **columns: Any) -> Identity:
    """That an author is a customer: confirmed, by an order number."""
    values: dict[str, Any] = {
        "state": "confirmed",
        "evidence": "order_number",
        "reason": "Gave order O-1 with the review, and that order is this customer's.",
        "confidence": 1.0,
        "decided_at": NOW - timedelta(days=2),
        **columns,
    }
    return _add(session, Identity(author_id=id_of(author), customer_id=id_of(customer), **values))


def make_order(session: Session, customer: Customer, *, amount: str = "29.99", **columns: Any) -> Order:
    """Something the customer bought ten days before `NOW`."""
    values: dict[str, Any] = {
        "number": f"O-{next(_numbers)}",
        "product": "Lantern Hollow",
        "placed_at": NOW - timedelta(days=10),
        "currency": "EUR",
        "worth": Decimal(amount),
        **columns,
    }
    return _add(session, Order(customer_id=id_of(customer), amount=Decimal(amount), **values))


def make_note(session: Session, *, text: str, customer: Customer | None = None, **columns: Any) -> Note:
    """An internal note, a day old."""
    values: dict[str, Any] = {"written_by": "kim", "written_at": NOW - timedelta(days=1), **columns}
    return _add(session, Note(text=text, customer_id=customer.id if customer else None, **values))


def make_issue(
    session: Session, *, title: str = "Crash on loading", posts: Sequence[Post] = (), **columns: Any
) -> Issue:
    """An open issue that `posts` belong to."""
    times = [post.created_at for post in posts] or [NOW - timedelta(days=1)]
    values: dict[str, Any] = {
        "state": "open",
        "centroid": unit_vector(0),
        "post_count": len(posts),
        "first_post_at": min(times),
        "last_post_at": max(times),
        "opened_at": min(times),
        "state_changed_at": max(times),
        **columns,
    }
    issue = _add(session, Issue(title=title, **values))
    for post in posts:
        reason = "Reads like the other posts of this issue."
        _add(
            session,
            IssuePost(post_id=id_of(post), issue_id=id_of(issue), similarity=0.8, reason=reason, joined_at=max(times)),
        )
    return issue


def make_user(session: Session, *, name: str = "Kim", role: str = "community", **columns: Any) -> User:
    """A member of our own team."""
    number = next(_numbers)
    values: dict[str, Any] = {"email": f"{name.lower()}.{number}@example.com", "created_at": NOW, **columns}
    return _add(session, User(name=name, role=role, **values))


def make_reply(session: Session, case: Case, writer: User, *, text: str = "Thank you.", **columns: Any) -> Reply:
    """A draft of a reply to the post of a case."""
    values: dict[str, Any] = {
        "key": f"ef{next(_numbers):020}",
        "post_id": case.post_id,
        "post_version": 1,
        "seen_digest": "seen",
        "written_at": NOW - timedelta(minutes=5),
        **columns,
    }
    return _add(session, Reply(case_id=id_of(case), written_by_id=id_of(writer), text=text, **values))


def make_case(session: Session, post: Post, *, state: str = "new", **columns: Any) -> Case:
    """Our unit of work on a post."""
    values: dict[str, Any] = {"opened_at": post.first_seen_at, "reason": "Urgent.", **columns}
    return _add(session, Case(post_id=id_of(post), state=state, **values))


def make_delivery(
    session: Session,
    *,
    post: Post | None = None,
    issue: Issue | None = None,
    address: str = "#community",
    **columns: Any,
) -> Delivery:
    """A card about a post or an issue that was put into the Slack preview."""
    about = f"post:{post.id}" if post else f"issue:{issue.id if issue else 0}"
    values: dict[str, Any] = {
        "key": f"{about}>slack:{address}:{next(_numbers)}",
        "target": "slack",
        "state": "sent",
        "reason": "A negative post about Lantern Hollow.",
        "rules": ["negative-posts"],
        "created_at": NOW - timedelta(minutes=30),
        "sent_at": NOW - timedelta(minutes=29),
        "payload": {"text": "A card", "blocks": []},
        **columns,
    }
    return _add(
        session,
        Delivery(address=address, post_id=post.id if post else None, issue_id=issue.id if issue else None, **values),
    )


def make_event(session: Session, *, verb: str, noun: str, noun_id: int | None = None, **columns: Any) -> AuditEvent:
    """A line of the audit log."""
    values: dict[str, Any] = {"at": NOW, "actor": "earful", **columns}
    return _add(session, AuditEvent(verb=verb, noun=noun, noun_id=noun_id, **values))


def _add(session: Session, row: _Row) -> _Row:
    session.add(row)
    session.flush()
    return row
