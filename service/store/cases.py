"""Cases that wait for their time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from service.models import Case


def wake_due(session: Session, *, now: datetime) -> list[int]:
    """End every snooze that is over; returns the posts of these cases."""
    due = update(Case).where(col(Case.snoozed_until) <= now).values(snoozed_until=None).returning(col(Case.post_id))
    return sorted(int(post_id) for post_id in session.scalars(due))
