"""Cases: which one a post has, and those that wait for their time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from service.models import Case


def of_post(session: Session, post_id: int) -> int:
    """The case of a post that has one."""
    return int(session.scalars(select(col(Case.id)).where(col(Case.post_id) == post_id)).one() or 0)


def wake_due(session: Session, *, now: datetime) -> list[int]:
    """End every snooze that is over; returns the posts of these cases."""
    due = update(Case).where(col(Case.snoozed_until) <= now).values(snoozed_until=None).returning(col(Case.post_id))
    return sorted(int(post_id) for post_id in session.scalars(due))
