"""What became of a reply: tried again, sent by hand, changed where it stands, taken down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import Session

from service.actions.actors import Actor, require
from service.actions.replies.common import (
    done,
    fitting,
    hold,
    in_spite_of,
    reasons,
    refuse_second,
    refuse_unwanted,
    send,
    to,
    unchanged,
    void_approval,
)
from service.actions.replies.looking import post_and_source
from service.domain.outbox import OutboxState
from service.domain.replies import Wish, text_digest
from service.domain.roles import Deed, may
from service.errors import Conflict, Invalid, NotAllowed
from service.models import Post, Reply, Source
from service.pipeline.outcome import Outcome
from service.store import replies
from service.tools import Tools


def retry(
    session: Session,
    reply_id: int,
    *,
    seen_digest: str | None = None,
    post_version: int | None = None,
    by: Actor,
    now: datetime,
) -> Outcome:
    """Try a reply that failed once more; with what was seen now, where its post changed.

    Raises:
        NotFound. NotAllowed: `by` does not publish, or its author asked not to be contacted.
        Conflict: it did not fail, or somebody else answers, or the post was edited since.
    """
    require(by, Deed.PUBLISH, session=session)
    reply, _ = hold(session, reply_id)
    if reply.state in replies.ON_ITS_WAY:
        return Outcome()
    if reply.state != OutboxState.FAILED:
        raise Conflict(f"It is {reply.state}, and did not fail.")
    if seen_digest is not None and post_version is not None:
        reply.seen_digest, reply.post_version = seen_digest, post_version
    if reply.wish != Wish.REMOVE:
        refuse_unwanted(session, reply, session.get_one(Post, reply.post_id))
    if reply.wish == Wish.PUBLISH:
        unchanged(session, reply.post_id, reply.post_version)
        refuse_second(session, reply)
    to(reply, OutboxState.APPROVED, "It cannot be tried again.")
    return done(session, "retry", reply, by=by, now=now, jobs=send(session, reply, wait=0, now=now))


def sent_by_hand(session: Session, reply_id: int, *, url: str | None = None, by: Actor, now: datetime) -> Outcome:
    """Say that a person put the reply where its author reads it.

    Raises:
        NotFound. NotAllowed.
        Invalid: `url` is no web address.
        Conflict: it is not waiting for a person, or somebody else answers.
    """
    require(by, Deed.PUBLISH, session=session)
    reply, case = hold(session, reply_id)
    if reply.state == OutboxState.SENT:
        return Outcome()
    if reply.state not in (OutboxState.MANUAL, OutboxState.FAILED, OutboxState.UNCERTAIN) or reply.wish != Wish.PUBLISH:
        raise Conflict(f"It is {reply.state}: nobody has to send it by hand.")
    refuse_second(session, reply)
    reply.remote_url = _web(url) or reply.remote_url
    to(reply, OutboxState.SENT, "It cannot be sent by hand.")
    replies.stands(session, reply, case, now=now)
    return done(session, "sent_by_hand", reply, by=by, now=now)


def edit(  # noqa: PLR0913  what a form says, each by its name
    session: Session,
    reply_id: int,
    text: str,
    *,
    by_hand: bool = False,
    answers_refusal: int | None = None,
    by: Actor,
    now: datetime,
    tools: Tools,
) -> Outcome:
    """Change the words of a reply that stands. Where a second person must look, the change waits as a draft.

    `by_hand`: a person did it on the platform already, and only says so. `answers_refusal`: as for `draft`.

    Raises:
        NotFound.
        NotAllowed: `by` does not publish, no program can change it there, or its author asked not to be contacted.
        Conflict: it does not stand there, or a change of it is on its way.
        Invalid: the text cannot be sent.
    """
    require(by, Deed.PUBLISH, session=session)
    reply, _ = hold(session, reply_id)
    post, source = post_and_source(session, reply.post_id)
    text = fitting(session, text, post, source, tools)
    if reply.state in replies.ON_ITS_WAY and reply.wish == Wish.EDIT and text_digest(text) == text_digest(reply.text):
        return Outcome()
    _must_stand(reply, by_hand=by_hand)
    if text == reply.sent_text:
        return Outcome()
    if by_hand:
        reply.text = reply.sent_text = text
        _settled_by_hand(reply)
        return done(session, "edit_by_hand", reply, by=by, now=now)
    _needs_a_program(reply, source, tools, wish=Wish.EDIT)
    reply.answers_refusal_id = in_spite_of(session, post, answers_refusal)
    refuse_unwanted(session, reply, post)
    found = reasons(session, text, post, by=by, tools=tools)
    reply.text, reply.written_by_id, reply.wish, reply.approval_reasons = text, by.user_id, Wish.EDIT, found
    reply.post_version = post.version
    void_approval(reply)
    if found:
        to(reply, OutboxState.DRAFT, "It cannot be changed.")
        return done(session, "edit", reply, by=by, now=now)
    to(reply, OutboxState.APPROVED, "It cannot be changed.")
    jobs = send(session, reply, wait=tools.replies.undo_seconds, now=now)
    return done(session, "edit", reply, by=by, now=now, jobs=jobs)


def take_down(
    session: Session, reply_id: int, *, by_hand: bool = False, by: Actor, now: datetime, tools: Tools
) -> Outcome:
    """Remove a reply that stands, after the time in which that can be taken back.

    `by_hand`: a person did it on the platform already, and only says so.

    Raises:
        NotFound. NotAllowed: it is another's and `by` does not approve, or no program can remove it there.
        Conflict: it does not stand there, or a change of it is on its way.
    """
    require(by, Deed.PUBLISH, session=session)
    reply, case = hold(session, reply_id)
    if by.user_id != reply.written_by_id and not may(by.role, Deed.APPROVE):
        raise NotAllowed("Only who wrote it takes it down.")
    if reply.removed_at is not None:
        return Outcome()
    if reply.state in replies.ON_ITS_WAY and reply.wish == Wish.REMOVE and not by_hand:
        return Outcome()
    _must_stand(reply, by_hand=by_hand)
    if by_hand:
        reply.removed_at = now
        _settled_by_hand(reply)
        replies.reopen(case)
        return done(session, "take_down_by_hand", reply, by=by, now=now)
    source = session.get_one(Source, session.get_one(Post, reply.post_id).source_id)
    _needs_a_program(reply, source, tools, wish=Wish.REMOVE)
    reply.wish = Wish.REMOVE
    to(reply, OutboxState.APPROVED, "It cannot be taken down.")
    jobs = send(session, reply, wait=tools.replies.undo_seconds, now=now)
    return done(session, "take_down", reply, by=by, now=now, jobs=jobs)


def _must_stand(reply: Reply, *, by_hand: bool) -> None:
    """Raises Conflict where nothing stands there, or a change is on its way; a person may settle one that is stuck."""
    stuck = by_hand and reply.remote_id is not None and reply.state in (OutboxState.UNCERTAIN, OutboxState.FAILED)
    if (reply.state != OutboxState.SENT and not stuck) or reply.removed_at is not None:
        raise Conflict("It does not stand there, or a change of it is still on its way.")


def _settled_by_hand(reply: Reply) -> None:
    if reply.state != OutboxState.SENT:
        to(reply, OutboxState.SENT, "It cannot be settled by hand.")
    reply.wish, reply.problem, reply.what_to_do = Wish.PUBLISH, None, None


@dataclass(frozen=True, slots=True, kw_only=True)
class Able:
    """What a program can do about a reply that stands at a source; the rest a person does there by hand."""

    changes: bool
    removes: bool


def able(source: Source, tools: Tools) -> Able:
    """What a program can do about a reply that stands at this source."""
    rules = tools.reply_rules(source)
    if rules is None or tools.replier(source) is None:
        return Able(changes=False, removes=False)
    return Able(changes=rules.edits, removes=rules.deletes)


def _needs_a_program(reply: Reply, source: Source, tools: Tools, *, wish: Wish) -> None:
    can = able(source, tools)
    if (can.changes if wish is Wish.EDIT else can.removes) and reply.remote_id is not None:
        return
    verb = "change" if wish is Wish.EDIT else "remove"
    where = f" at {reply.remote_url}" if reply.remote_url else ""
    raise NotAllowed(f"No program can {verb} it there. Do it by hand{where}, then say that it is done.")


def _web(url: str | None) -> str | None:
    if url is None or not url.strip():
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Invalid("Give the address of the reply, beginning with https://.")
    return url.strip()
