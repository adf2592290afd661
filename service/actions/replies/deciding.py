"""Whether a reply leaves: published by its writer, approved or sent back by somebody else, taken back in time."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from collectors.base import ReplyDoor
from service.actions.actors import Actor, require
from service.actions.replies.common import (
    done,
    fitting,
    hold,
    reasons,
    refuse_second,
    refuse_unwanted,
    same_words,
    send,
    to,
    unchanged,
    void_approval,
)
from service.domain.outbox import OutboxState
from service.domain.replies import Wish
from service.domain.roles import Deed, may
from service.errors import Conflict, NotAllowed
from service.models import Reply, User
from service.pipeline.outcome import Job, Outcome
from service.store.replies import ON_ITS_WAY
from service.tools import Tools

_LONGEST_REASON = 500


def publish(session: Session, reply_id: int, *, text_digest: str, by: Actor, now: datetime, tools: Tools) -> Outcome:
    """Let one's own reply leave, after the time in which it can be taken back.

    Raises:
        NotFound: there is no such reply, or its post is gone.
        NotAllowed: another person must publish or approve it, or its author asked not to be contacted; says why.
        Conflict: its words or its post changed, or somebody else answers.
    """
    require(by, Deed.PUBLISH, session=session)
    reply, _ = hold(session, reply_id)
    if reply.written_by_id != by.user_id:
        writer = session.get_one(User, reply.written_by_id).name
        raise NotAllowed(f"{writer} wrote it, and publishes it. You may approve it instead.")
    if reply.state in (*ON_ITS_WAY, OutboxState.SENT, OutboxState.MANUAL):
        same_words(reply, text_digest)
        return Outcome()  # the same click again
    return done(
        session, "publish", reply, by=by, now=now, jobs=_leave(session, reply, text_digest, None, now, tools, by)
    )


def approve(session: Session, reply_id: int, *, text_digest: str, by: Actor, now: datetime, tools: Tools) -> Outcome:
    """Let another's reply leave: exactly these words.

    Raises:
        NotFound, Conflict: as for `publish`.
        NotAllowed: `by` does not approve, or wrote it; or its author asked not to be contacted.
    """
    require(by, Deed.APPROVE, session=session)
    reply, _ = hold(session, reply_id)
    if reply.written_by_id == by.user_id:
        raise NotAllowed("You wrote it yourself; somebody else approves it.")
    if reply.state in (*ON_ITS_WAY, OutboxState.SENT, OutboxState.MANUAL):
        same_words(reply, text_digest)
        return Outcome()
    return done(session, "approve", reply, by=by, now=now, jobs=_leave(session, reply, text_digest, by, now, tools, by))


def _leave(
    session: Session, reply: Reply, digest: str, approver: Actor | None, now: datetime, tools: Tools, by: Actor
) -> list[Job]:
    if reply.state != OutboxState.DRAFT:
        raise Conflict(f"It is {reply.state}, and no draft. Try it again, or write it anew.")
    same_words(reply, digest)
    post, source = unchanged(session, reply.post_id, reply.post_version)
    refuse_second(session, reply)
    refuse_unwanted(session, reply, post)
    fitting(session, reply.text, post, source, tools)
    if approver is None:
        if found := reasons(session, reply.text, post, by=by, tools=tools):
            raise NotAllowed(f"Somebody else must approve it. {' '.join(found)}")
        reply.approval_reasons = []
    else:
        reply.approved_by_id, reply.approved_at, reply.approved_digest = approver.user_id, now, digest
    to(reply, OutboxState.APPROVED, "It cannot be sent.")
    by_hand = tools.door(source) is not ReplyDoor.API
    return send(session, reply, wait=0 if by_hand else tools.replies.undo_seconds, now=now)


def send_back(session: Session, reply_id: int, *, reason: str, by: Actor, now: datetime) -> Outcome:
    """Give a draft back to its writer, with what should be otherwise.

    Raises:
        NotFound. NotAllowed: `by` does not approve. Conflict: it is no draft any more.
    """
    require(by, Deed.APPROVE, session=session)
    reply, _ = hold(session, reply_id)
    if reply.state != OutboxState.DRAFT:
        raise Conflict(f"It is {reply.state}, and no draft.")
    words = " ".join(reason.split())[:_LONGEST_REASON]
    reply.problem = f"{by.name} sent it back{f': {words}' if words else '.'}"
    reply.what_to_do = "Change the words, or drop it."
    return done(session, "send_back", reply, by=by, now=now)


def undo(session: Session, reply_id: int, *, by: Actor, now: datetime) -> Outcome:
    """Take back what did not leave yet: a reply is a draft again, a change is as if nobody had wanted it.

    Raises:
        NotFound.
        NotAllowed: it is another's, and `by` does not approve.
        Conflict: it left; says what can be done now.
    """
    require(by, Deed.WRITE, session=session)
    reply, _ = hold(session, reply_id)
    if by.user_id not in (reply.written_by_id, reply.approved_by_id) and not may(by.role, Deed.APPROVE):
        raise NotAllowed("Only who wrote or approved it takes it back.")
    if reply.state == OutboxState.DRAFT:
        return Outcome()
    if reply.state != OutboxState.APPROVED:
        raise Conflict(
            "It has left already. What stands there can be changed or taken down, where the platform lets us."
        )
    if reply.wish == Wish.PUBLISH:
        to(reply, OutboxState.DRAFT, "It cannot be taken back.")
        void_approval(reply)
    else:
        as_it_stands(reply)
    reply.send_after = reply.problem = reply.what_to_do = None
    return done(session, "undo", reply, by=by, now=now)


def drop(session: Session, reply_id: int, *, by: Actor, now: datetime) -> Outcome:
    """Give a reply up that stands nowhere; of a change that did not go through, what stands there is kept.

    Raises:
        NotFound. NotAllowed. Conflict: it is on its way, or it stands there.
    """
    require(by, Deed.WRITE, session=session)
    reply, _ = hold(session, reply_id)
    if reply.state == OutboxState.DROPPED:
        return Outcome()
    if reply.remote_id is not None and reply.state in (OutboxState.DRAFT, OutboxState.FAILED):
        as_it_stands(reply)
    else:
        to(reply, OutboxState.DROPPED, "It is on its way or stands there. Take it back, or take it down.")
        void_approval(reply)
    reply.send_after = reply.problem = reply.what_to_do = None
    return done(session, "drop", reply, by=by, now=now)


def as_it_stands(reply: Reply) -> None:
    """Want nothing but what stands on the platform."""
    to(reply, OutboxState.SENT, "It stands nowhere.")
    reply.text, reply.wish = reply.sent_text or reply.text, Wish.PUBLISH
