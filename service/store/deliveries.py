"""The outbox: messages to be sent, each once for life."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, col

from service.domain.outbox import OutboxState
from service.models import Delivery

LEFT = (OutboxState.SENT, OutboxState.SENDING, OutboxState.UNCERTAIN)
"""What people may see, or will in a moment: its message must follow what it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A message that a rule asks for. Its subject and `event` make its key: the same again is the same delivery."""

    post_id: int | None = None
    issue_id: int | None = None
    source_id: int | None = None
    team: str | None = None
    event: str = "new"
    target: str
    address: str
    reason: str
    rules: Sequence[str] = ()

    @property
    def key(self) -> str:
        """What the delivery is called in the outbox and at its target. A team has one digest, wherever it goes."""
        if self.team:
            return f"digest:{self.team}:{self.event}>{self.target}"
        if self.post_id:
            subject = f"post:{self.post_id}"
        elif self.issue_id:
            subject = f"issue:{self.issue_id}:{self.event}"
        else:
            subject = f"source:{self.source_id}:{self.event}"
        return f"{subject}>{self.target}:{self.address}"


def ask(session: Session, wanted: Sequence[Wanted], *, now: datetime) -> list[int]:
    """Put messages into the outbox, unless they are there; returns the ids of the new ones."""
    if not wanted:
        return []
    rows = {
        w.key: {
            "key": w.key,
            "post_id": w.post_id,
            "issue_id": w.issue_id,
            "source_id": w.source_id,
            "team": w.team,
            "event": w.event,
            "target": w.target,
            "address": w.address,
            "reason": w.reason,
            "rules": list(w.rules),
            "state": OutboxState.APPROVED,
            "created_at": now,
            "attempt_count": 0,
        }
        for w in wanted
    }
    statement = (
        upsert(Delivery).values([rows[key] for key in sorted(rows)]).on_conflict_do_nothing(index_elements=["key"])
    )
    return [int(i) for i in session.scalars(statement.returning(col(Delivery.id))) if i is not None]


def known(session: Session, keys: Collection[str]) -> set[str]:
    """Which of these are in the outbox already."""
    return set(session.scalars(select(col(Delivery.key)).where(col(Delivery.key).in_(keys))))


def last_of_team(session: Session, team: str, rhythm: str) -> str | None:
    """The event of a team's newest digest of this rhythm."""
    mine = (col(Delivery.team) == team) & col(Delivery.event).startswith(f"{rhythm}:")
    return session.scalar(select(func.max(col(Delivery.event))).where(mine))


def get_locked(session: Session, delivery_id: int) -> Delivery | None:
    """One delivery, held until the transaction ends; None where another worker holds it."""
    return session.scalars(
        select(Delivery).where(col(Delivery.id) == delivery_id).with_for_update(skip_locked=True)
    ).one_or_none()


def of_posts(session: Session, post_ids: Sequence[int], *, states: Sequence[OutboxState]) -> list[Delivery]:
    """The deliveries about these posts that stand in one of `states`."""
    return list(
        session.scalars(select(Delivery).where(col(Delivery.post_id).in_(post_ids), col(Delivery.state).in_(states)))
    )


def shown_issues(session: Session, issue_ids: Sequence[int]) -> list[int]:
    """The messages about these issues that people may see."""
    rows = session.scalars(
        select(col(Delivery.id))
        .where(col(Delivery.issue_id).in_(issue_ids), col(Delivery.state).in_(LEFT))
        .order_by(col(Delivery.id))
    )
    return [int(i) for i in rows if i is not None]


def shown_alarms(session: Session, source_id: int, events: Sequence[str]) -> list[int]:
    """The messages about these occurrences at a source that people may see."""
    rows = session.scalars(
        select(col(Delivery.id)).where(
            col(Delivery.source_id) == source_id, col(Delivery.event).in_(events), col(Delivery.state).in_(LEFT)
        )
    )
    return [int(i) for i in rows if i is not None]


def stuck(session: Session, *, before: datetime, most: int = 500) -> list[int]:
    """Messages that were to be sent before `before` and are not."""
    rows = session.scalars(
        select(col(Delivery.id))
        .where(
            col(Delivery.state).in_([OutboxState.APPROVED, OutboxState.SENDING, OutboxState.UNCERTAIN]),
            col(Delivery.created_at) < before,
        )
        .order_by(col(Delivery.id))
        .limit(most)
    )
    return [int(i) for i in rows if i is not None]
