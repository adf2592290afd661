"""Cases as a person's own page lists them: theirs, nobody's, late ones, and replies that wait for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy import case as sql_case
from sqlmodel import Session, col

from service.domain.cases import URGENT_FROM, AnswerWithin, CaseState
from service.domain.outbox import OutboxState
from service.models import Author, Case, Post, Reply, Source

_WORKED_ON = (CaseState.NEW, CaseState.CLAIMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One case with its post, and the reply that puts it on the list."""

    case: Case
    post: Post
    source: Source
    author: Author | None
    reply: Reply | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The first few of a list, and how many there are."""

    cases: Sequence[Listed]
    total: int


def mine(session: Session, user_id: int, *, now: datetime, most: int) -> Found:
    """What this user has and is not done with, the most urgent first."""
    held = (col(Case.assignee_id) == user_id, col(Case.state).in_(_WORKED_ON), _awake(now))
    return _found(session, held, (col(Case.urgency).desc(), col(Case.opened_at)), most)


def unclaimed(session: Session, *, now: datetime, most: int) -> Found:
    """What nobody has, the most urgent first."""
    held = (col(Case.assignee_id).is_(None), col(Case.state) == CaseState.NEW, _awake(now))
    return _found(session, held, (col(Case.urgency).desc(), col(Case.opened_at).desc()), most)


def late(session: Session, within: AnswerWithin, *, now: datetime, ahead: timedelta, most: int) -> Found:
    """What should be answered within `ahead`, or should have been, the latest first."""
    hours = sql_case((col(Case.urgency) >= URGENT_FROM, within.urgent), else_=within.usual)
    due = col(Case.opened_at) + func.make_interval(0, 0, 0, 0, 0, 0, hours * 3600)
    held = (col(Case.state).in_(_WORKED_ON), col(Case.answered_at).is_(None), due < now + ahead, _awake(now))
    return _found(session, held, (due,), most)


def to_approve(session: Session, user_id: int, *, most: int) -> Found:
    """Drafts of others that wait for a second person, the oldest first; none that were sent back."""
    waits = and_(
        col(Reply.state) == OutboxState.DRAFT,
        func.jsonb_array_length(col(Reply.approval_reasons)) > 0,
        col(Reply.written_by_id) != user_id,
        col(Reply.problem).is_(None),
    )
    return _found(session, (waits,), (col(Reply.written_at),), most, by_reply=True)


def stranded(session: Session, *, most: int) -> Found:
    """Replies that failed, or that a person must post, the oldest first."""
    waits = col(Reply.state).in_((OutboxState.FAILED, OutboxState.MANUAL))
    return _found(session, (waits, col(Case.state).in_(_WORKED_ON)), (col(Reply.written_at),), most, by_reply=True)


def _awake(now: datetime) -> ColumnElement[bool]:
    return or_(col(Case.snoozed_until).is_(None), col(Case.snoozed_until) <= now)


def _found(
    session: Session, held: Sequence[ColumnElement[bool]], order: Sequence[Any], most: int, *, by_reply: bool = False
) -> Found:
    there = (col(Post.deleted_at).is_(None), *held)
    rows = select(Case, Post, Source, Author, Reply) if by_reply else select(Case, Post, Source, Author)
    wanted = (
        rows.select_from(Case)
        .join(Post, col(Post.id) == col(Case.post_id))
        .join(Source, col(Source.id) == col(Post.source_id))
        .outerjoin(Author, col(Author.id) == col(Post.author_id))
    )
    counted = select(func.count()).select_from(Case).join(Post, col(Post.id) == col(Case.post_id))
    if by_reply:
        wanted = wanted.join(Reply, col(Reply.case_id) == col(Case.id))
        counted = counted.join(Reply, col(Reply.case_id) == col(Case.id))
    total = int(session.scalar(counted.where(*there)) or 0)
    found = session.execute(wanted.where(*there).order_by(*order, col(Case.id)).limit(most)).all() if total else []
    cases = [
        Listed(case=row[0], post=row[1], source=row[2], author=row[3], reply=row[4] if by_reply else None)
        for row in found
    ]
    return Found(cases=cases, total=total)
