"""What follows from every action on a post: its cards show it, and the log knows who did it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from service.actions.actors import Actor
from service.models import AuditEvent
from service.models.columns import id_of
from service.pipeline import flow
from service.pipeline.outcome import Job
from service.store import deliveries


def cards(session: Session, post_id: int) -> list[Job]:
    """The jobs that bring the post's cards up to date."""
    shown = deliveries.of_posts(session, [post_id], states=deliveries.LEFT)
    return [flow.deliver(id_of(each)) for each in shown]


def audit(
    session: Session, verb: str, noun: str, noun_id: int | None, *, by: Actor, now: datetime, **detail: Any
) -> None:
    """Note who did what. `detail` holds no words of a post or of its author: the log outlives both."""
    session.add(AuditEvent(at=now, actor=by.name, verb=verb, noun=noun, noun_id=noun_id, detail=detail))
