"""Writing a reply: a draft that is bound to the post as its writer saw it."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from collectors.base import ReplyDoor
from service.actions.actors import Actor, require
from service.actions.replies.common import (
    done,
    fitting,
    hold,
    in_spite_of,
    reasons,
    someone_answers,
    to,
    unchanged,
    void_approval,
)
from service.domain.cases import CLOSED, CaseState
from service.domain.outbox import OutboxState
from service.domain.replies import Wish, text_digest
from service.domain.roles import Deed
from service.errors import Conflict, NotAllowed, NotFound
from service.models import Case, Reply
from service.models.columns import id_of
from service.pipeline.outcome import Queue
from service.store import replies
from service.tools import Tools


def draft(  # noqa: PLR0913  what a form says, each by its name
    session: Session,
    case_id: int,
    text: str,
    *,
    seen_digest: str,
    post_version: int,
    template: str | None = None,
    answers_refusal: int | None = None,
    by: Actor,
    now: datetime,
    tools: Tools,
    queue: Queue,
) -> Reply:
    """Keep a reply that is not to be sent yet; the case becomes the writer's where it is nobody's.

    `answers_refusal`: the number of the refusal that the writer saw, and in spite of which this answers a new question
    of the author. Whether it may leave is decided when it is to leave.

    Raises:
        NotFound: there is no such case, or its post is gone.
        NotAllowed: `by` does not write replies, or nobody can be answered there.
        Conflict: somebody answers already, or the post was edited since it was seen.
        Invalid: the text cannot be sent; says why.
    """
    require(by, Deed.WRITE, session=session)
    case = session.scalars(select(Case).where(col(Case.id) == case_id).with_for_update()).one_or_none()
    if case is None:
        raise NotFound(f"There is no case {case_id}.")
    post, source = unchanged(session, case.post_id, post_version)
    if tools.door(source) is ReplyDoor.NONE:
        raise NotAllowed("Nobody can be answered there.")
    text = fitting(session, text, post, source, tools)
    if (same := _kept_already(session, case, text, seen_digest, by)) is not None:
        same.answers_refusal_id = in_spite_of(session, post, answers_refusal)
        return same
    if (living := replies.alive_of(session, case.post_id)) is not None:
        raise Conflict(someone_answers(session, living))
    reply = Reply(
        key=f"ef{secrets.token_hex(10)}",
        case_id=case_id,
        post_id=case.post_id,
        post_version=post_version,
        seen_digest=seen_digest,
        text=text,
        template=template,
        answers_refusal_id=in_spite_of(session, post, answers_refusal),
        written_by_id=by.user_id,
        written_at=now,
        approval_reasons=reasons(session, text, post, by=by, tools=tools),
    )
    session.add(reply)
    _take(case, by, now)
    queue(session, done(session, "draft", reply, by=by, now=now).next)
    return reply


def reword(  # noqa: PLR0913  what a form says, each by its name
    session: Session,
    reply_id: int,
    text: str,
    *,
    seen_digest: str,
    post_version: int,
    answers_refusal: int | None = None,
    by: Actor,
    now: datetime,
    tools: Tools,
    queue: Queue,
) -> Reply:
    """Put other words in place of those of a reply that did not leave. It is a draft again, and whoever changed its
    words is its writer; an approval that was given is void.

    Raises:
        NotFound, NotAllowed, Invalid: as for `draft`.
        Conflict: it is on its way or stands there; or the post was edited since it was seen.
    """
    require(by, Deed.WRITE, session=session)
    reply, _ = hold(session, reply_id)
    post, source = unchanged(session, reply.post_id, post_version)
    text = fitting(session, text, post, source, tools)
    if reply.state not in (OutboxState.DRAFT, OutboxState.FAILED, OutboxState.MANUAL):
        raise Conflict("It is on its way or stands there. Take it back, or change what stands there.")
    if reply.state != OutboxState.DRAFT:
        to(reply, OutboxState.DRAFT, "It cannot be changed.")
    if text_digest(text) != text_digest(reply.text):
        reply.text, reply.written_by_id, reply.written_at = text, by.user_id, now
        void_approval(reply)
    if reply.remote_id is not None:
        reply.wish = Wish.EDIT
    reply.seen_digest, reply.post_version = seen_digest, post_version
    reply.answers_refusal_id = in_spite_of(session, post, answers_refusal)
    reply.approval_reasons = reasons(session, text, post, by=by, tools=tools)
    reply.problem = reply.what_to_do = reply.send_after = None
    queue(session, done(session, "reword", reply, by=by, now=now).next)
    return reply


def _kept_already(session: Session, case: Case, text: str, seen_digest: str, by: Actor) -> Reply | None:
    """The draft that the same person made of the same words: a job that runs again makes no second one."""
    wanted = select(Reply).where(
        col(Reply.case_id) == id_of(case),
        col(Reply.written_by_id) == by.user_id,
        col(Reply.state) == OutboxState.DRAFT,
        col(Reply.seen_digest) == seen_digest,
        col(Reply.text) == text,
    )
    return session.scalars(wanted.order_by(col(Reply.id)).limit(1)).first()


def _take(case: Case, by: Actor, now: datetime) -> None:
    if case.state in CLOSED:
        case.closed_at = None
    if case.assignee_id is None:
        case.assignee_id, case.claimed_at = by.user_id, now
    if case.state in (CaseState.NEW, *CLOSED):
        case.state = CaseState.CLAIMED
    case.snoozed_until = None
