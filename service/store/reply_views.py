"""Replies as the pages show them: what waits for whom, and where the rest stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from service.domain.outbox import OutboxState
from service.models import Post, Reply, Source, User
from service.models.columns import id_of
from service.store.paging import Part, cursor, part, parts_of


class Queue(StrEnum):
    """What somebody may look for."""

    APPROVAL = "approval"  # drafts that a second person must look at
    MANUAL = "manual"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    GOING = "going"
    SENT = "sent"


_REASONS = func.jsonb_array_length(col(Reply.approval_reasons))
_CONDITIONS: Mapping[Queue, ColumnElement[bool]] = {
    Queue.APPROVAL: (col(Reply.state) == OutboxState.DRAFT)
    & col(Reply.telling_id).is_(None)  # those are looked at together, on the page of their telling
    & (func.jsonb_array_length(col(Reply.approval_reasons)) > 0),
    Queue.MANUAL: col(Reply.state) == OutboxState.MANUAL,
    Queue.FAILED: col(Reply.state) == OutboxState.FAILED,
    Queue.UNCERTAIN: col(Reply.state) == OutboxState.UNCERTAIN,
    Queue.GOING: col(Reply.state).in_([OutboxState.APPROVED, OutboxState.SENDING]),
    Queue.SENT: col(Reply.state) == OutboxState.SENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyView:
    """A reply with its post and the people around it."""

    reply: Reply
    post: Post
    source: Source
    writer: str
    approver: str | None


_OF_A_TELLING = (col(Reply.state) == OutboxState.DRAFT) & col(Reply.telling_id).is_not(None)
"""Drafts that are looked at together, on the page of their telling, and nowhere else."""


def find(session: Session, queue: Queue | None, *, limit: int, after: str | None = None) -> Part[ReplyView]:
    """The newest replies of one queue (None: all but the drafts of tellings), from the cursor `after` on.

    Raises:
        Invalid: `after` is not a cursor of this list.
    """
    wanted = select(Reply, Post, Source).join(Post, col(Post.id) == col(Reply.post_id))
    wanted = wanted.join(Source, col(Source.id) == col(Post.source_id))
    wanted = wanted.where(~_OF_A_TELLING if queue is None else _CONDITIONS[queue])
    if after:
        (number,) = parts_of(after, int)
        wanted = wanted.where(col(Reply.id) < number)
    rows = session.execute(wanted.order_by(col(Reply.id).desc()).limit(limit + 1)).all()
    people = names(session, [reply for reply, _, _ in rows])
    views = [
        ReplyView(
            reply=reply,
            post=post,
            source=source,
            writer=people[reply.written_by_id],
            approver=people.get(reply.approved_by_id or 0),
        )
        for reply, post, source in rows
    ]
    return part(views, limit=limit, key=lambda view: cursor(id_of(view.reply)))


def counts(session: Session) -> dict[Queue, int]:
    """How many replies are in each queue."""
    columns = [func.count().filter(condition).label(queue.value) for queue, condition in _CONDITIONS.items()]
    row = session.execute(select(*columns).select_from(Reply)).one()
    return {queue: int(number) for queue, number in zip(_CONDITIONS, row, strict=True)}


def total(session: Session) -> int:
    """How many replies there are for `find` without a queue."""
    return int(session.scalar(select(func.count()).select_from(Reply).where(~_OF_A_TELLING)) or 0)


def names(session: Session, replies: Sequence[Reply]) -> dict[int, str]:
    """Who wrote and who approved these replies, by the users' ids."""
    ids = {each for reply in replies for each in (reply.written_by_id, reply.approved_by_id) if each is not None}
    rows = session.execute(select(col(User.id), col(User.name)).where(col(User.id).in_(ids)))
    return {int(number or 0): name for number, name in rows}
