"""The log of who did what, as far as others want to know it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import Session, col

from service.models import AuditEvent


def last(session: Session, noun: str, noun_id: int, *, verbs: Collection[str]) -> AuditEvent | None:
    """The newest of these deeds to one thing; None where nobody did any of them."""
    wanted = select(AuditEvent).where(
        col(AuditEvent.noun) == noun, col(AuditEvent.noun_id) == noun_id, col(AuditEvent.verb).in_(verbs)
    )
    return session.scalars(wanted.order_by(col(AuditEvent.id).desc()).limit(1)).first()
