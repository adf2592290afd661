"""Replies in the store: which one lives, who else writes, what is stuck, and where on its platform a post stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlmodel import Session, col

from integrations.replies import Place, Standing
from service.domain.cases import CaseState
from service.domain.outbox import OutboxState, move
from service.models import Author, Case, Post, PostVersion, Reply, Source
from service.models.columns import id_of

ON_ITS_WAY = (OutboxState.APPROVED, OutboxState.SENDING, OutboxState.UNCERTAIN)
"""What a job works on; it comes to rest by itself."""


def alive() -> ColumnElement[bool]:
    """Whether a reply is on its way to its post or stands there; the index of the same words lets one be."""
    living = (*ON_ITS_WAY, OutboxState.SENT, OutboxState.MANUAL)
    return (col(Reply.removed_at).is_(None)) & or_(col(Reply.state).in_(living), col(Reply.remote_id).is_not(None))


def hold(session: Session, reply_id: int) -> tuple[Reply, Case] | None:
    """A reply and its case, held until the transaction ends; always in this order, case first."""
    case_id = session.scalars(select(col(Reply.case_id)).where(col(Reply.id) == reply_id)).one_or_none()
    if case_id is None:
        return None
    case = session.get_one(Case, case_id, with_for_update=True, populate_existing=True)
    return session.get_one(Reply, reply_id, with_for_update=True, populate_existing=True), case


def alive_of(session: Session, post_id: int, *, telling_id: int | None = None) -> Reply | None:
    """The one reply that is on its way to this post or stands there; of a telling, the one that belongs to it."""
    mine = col(Reply.telling_id).is_not_distinct_from(telling_id)
    return session.scalars(select(Reply).where(col(Reply.post_id) == post_id, mine, alive())).one_or_none()


def shown_of(session: Session, post_id: int) -> Reply | None:
    """The reply that a card about this post shows: the living one, else the last that nobody gave up."""
    given_up = or_(col(Reply.state) == OutboxState.DROPPED, col(Reply.removed_at).is_not(None))
    wanted = select(Reply).where(col(Reply.post_id) == post_id, ~given_up)
    return session.scalars(wanted.order_by(alive().desc(), col(Reply.id).desc()).limit(1)).one_or_none()


def written_by(session: Session, user_id: int) -> int:
    """How many replies of this colleague stood on a platform."""
    wanted = select(func.count()).select_from(Reply)
    return int(session.scalar(wanted.where(col(Reply.written_by_id) == user_id, col(Reply.sent_at).is_not(None))) or 0)


def other_drafts(session: Session, reply: Reply) -> Sequence[Reply]:
    """Drafts for the same post and purpose that are not this one; held until the transaction ends."""
    wanted = select(Reply).where(
        col(Reply.post_id) == reply.post_id,
        col(Reply.id) != reply.id,
        col(Reply.telling_id).is_not_distinct_from(reply.telling_id),
        col(Reply.state) == OutboxState.DRAFT,
        col(Reply.remote_id).is_(None),
    )
    return session.scalars(wanted.order_by(col(Reply.id)).with_for_update()).all()


def stands(session: Session, reply: Reply, case: Case, *, now: datetime) -> None:
    """Note that the reply stands where its author reads it: its case is answered, and other drafts are given up."""
    reply.sent_at = reply.sent_at or now
    reply.sent_text = reply.text
    reply.problem = reply.what_to_do = reply.send_after = None
    case.answered_at = case.answered_at or now
    if case.state in (CaseState.NEW, CaseState.CLAIMED):
        case.state = CaseState.ANSWERED
    for other in other_drafts(session, reply):
        other.state = move(OutboxState(other.state), OutboxState.DROPPED)
        other.problem = "Another reply stands there now."


def reopen(case: Case) -> None:
    """Note that nothing of ours stands there any more."""
    if case.state == CaseState.ANSWERED:
        case.state = CaseState.NEW if case.assignee_id is None else CaseState.CLAIMED


def stuck(session: Session, *, before: datetime, most: int = 500) -> list[int]:
    """Replies that should have come to rest before `before` and did not."""
    due = func.coalesce(col(Reply.send_after), col(Reply.written_at))
    wanted = select(col(Reply.id)).where(col(Reply.state).in_(ON_ITS_WAY), due < before)
    return [int(i) for i in session.scalars(wanted.order_by(col(Reply.id)).limit(most)) if i is not None]


def forget_dropped(session: Session, *, written_before: datetime) -> int:
    """Empty the words of drafts that were given up, once nobody wants them back. Returns how many."""
    old = session.scalars(
        select(Reply)
        .where(col(Reply.state) == OutboxState.DROPPED, col(Reply.written_at) < written_before, col(Reply.text) != "")
        .with_for_update(skip_locked=True)
        .limit(1000)
    ).all()
    for reply in old:
        reply.text, reply.problem = "", None
    return len(old)


def replaced(session: Session, reply: Reply, *, now: datetime) -> None:
    """Note that this reply took the place of whatever of ours stood below its post."""
    earlier = update(Reply).where(
        col(Reply.post_id) == reply.post_id,
        col(Reply.id) != reply.id,
        col(Reply.state) == OutboxState.SENT,
        col(Reply.removed_at).is_(None),
    )
    session.execute(earlier.values(removed_at=now))


def as_collected(post: Post) -> Standing:
    """A post as we hold it, without what others answered."""
    return Standing(exists=True, text=post.text, title=post.title, rating=post.rating_label)


def place_of(session: Session, post: Post, source: Source) -> Place:
    """Where on its platform a post stands, with the payload as far as it is kept."""
    author = session.get(Author, post.author_id) if post.author_id is not None else None
    raw = session.scalars(
        select(col(PostVersion.raw))
        .where(col(PostVersion.post_id) == id_of(post), col(PostVersion.raw).is_not(None))
        .order_by(col(PostVersion.version).desc())
        .limit(1)
    ).first()
    return Place(
        external_id=post.external_id,
        url=post.url,
        thread_id=post.thread_id,
        parent_id=post.parent_id,
        kind=post.kind,
        author_id=author.account if author else None,
        handle=author.handle if author else None,
        title=post.title,
        text=post.text,
        raw=raw or {},
        options=source.options,
    )
