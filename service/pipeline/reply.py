"""One reply -> its platform, once.

As with deliveries, what may be killed at any point is written down before and after: `sending` is committed before the
words leave, the receipt after they arrived. Whoever finds a reply in `sending` or `uncertain` looks for it before
anything else, and "it is not there" is believed only a while after it left. Right before it leaves the post is looked
at once more: what its writer did not see keeps the reply here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import assert_never, cast

from sqlmodel import Session

from integrations.base import (
    IntegrationError,
    MessageRejected,
    OutcomeUncertain,
    Receipt,
    TargetBusy,
    TargetRefused,
)
from integrations.replies import Deletes, Edits, Place, Replier, Shown
from service.domain.outbox import OutboxState, move
from service.domain.replies import Wish, difference, text_digest
from service.models import Case, Post, Reply, Source
from service.models.columns import id_of
from service.pipeline import cards, flow
from service.pipeline.outcome import Outcome
from service.store import contact, ours, replies
from service.store.database import transaction
from service.store.locks import REPLIES, alone
from service.tools import Tools

_LOOK_AGAIN = 30.0  # seconds, before an uncertain outcome is looked at
_BACK_OFF = 60.0  # seconds, where a busy platform names no time
_FOR_A_PERSON = 600.0  # seconds, in which somebody may have set a key
_CLOCKS_APART = timedelta(minutes=5)  # how far a platform's clock may be behind ours
_LOOK_YOURSELF = "Look whether it stands there; if it does, say that it was sent by hand."
_LOOK_FIRST = "Look at the post again; then try once more, change the words, or drop the reply."


class _Step(Enum):
    SEND = auto()
    EDIT = auto()
    REMOVE = auto()
    FIND = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    step: _Step
    reply_id: int
    key: str
    text: str
    seen_digest: str
    tried: bool  # it may have left before
    open: bool  # an earlier attempt may have been done, and nothing settled that yet
    written_at: datetime
    left_at: datetime | None
    shown_within: timedelta | None  # since it left; then "it is not there" is believed. None: never
    receipt: Receipt | None
    source: Source
    place: Place
    replier: Replier


@dataclass(frozen=True, slots=True)
class _Held:
    """A reply and its case within one transaction, which holds both."""

    session: Session
    reply: Reply
    case: Case


def run(reply_id: int, tools: Tools) -> Outcome:
    """Bring the reply to where its people want it; safe to run again at any time, by anyone."""
    with alone(tools.engine, REPLIES, reply_id) as free:
        if not free:
            return Outcome(next=[flow.reply(reply_id, wait_seconds=5)])
        plan = _planned(reply_id, tools)
        if isinstance(plan, Outcome):
            return plan
        tools.observe("reply:prepared")
        try:
            return _carried_out(plan, tools)
        except IntegrationError as error:
            return _not_done(plan, error, tools)


def _planned(reply_id: int, tools: Tools) -> _Plan | Outcome:
    """What is to be done; or what follows where nothing is, or only a person can."""
    with transaction(tools.engine) as session:
        held = replies.hold(session, reply_id)
        if held is None:
            return Outcome()
        reply, _ = held
        if reply.state not in replies.ON_ITS_WAY:
            return Outcome(next=cards.of_post(session, reply.post_id))
        wait = (reply.send_after - tools.clock()).total_seconds() if reply.send_after else 0.0
        if reply.state == OutboxState.APPROVED and wait > 0:
            return Outcome(next=[flow.reply(reply_id, wait_seconds=wait)])
        post = session.get_one(Post, reply.post_id)
        source = session.get_one(Source, post.source_id)
        replier = tools.replier(source)
        if replier is None:
            return _for_a_person(session, reply, post, source, tools)
        if reply.state == OutboxState.APPROVED and (problem := _must_not_leave(session, reply, post)):
            return _fail(session, reply, problem, _LOOK_FIRST)
        return _Plan(
            step=_step(reply),
            reply_id=reply_id,
            key=reply.key,
            text=reply.text,
            seen_digest=reply.seen_digest,
            tried=reply.attempt_count > 0,
            open=reply.state != OutboxState.APPROVED,
            written_at=reply.written_at,
            left_at=reply.sending_at,
            shown_within=_shown_within(source, tools),
            receipt=_receipt(reply),
            source=source,
            place=replies.place_of(session, post, source),
            replier=replier,
        )


def _must_not_leave(session: Session, reply: Reply, post: Post) -> str:
    """Why a reply that is to leave must not; empty where it may. The actions see to it; this is the last door."""
    if post.deleted_at is not None and reply.wish != Wish.REMOVE:
        return "The author removed the post."
    if reply.approved_digest is not None and reply.approved_digest != text_digest(reply.text):
        return "It says something else than what was approved."
    if reply.approval_reasons and reply.approved_digest is None and reply.wish != Wish.REMOVE:
        return "Nobody approved it."
    return contact.why_not_to(session, reply, post) if reply.wish != Wish.REMOVE else ""


def _shown_within(source: Source, tools: Tools) -> timedelta | None:
    if tools.certain_after is not None:
        return tools.certain_after
    rules = tools.reply_rules(source)
    seconds = (rules.shown if rules is not None else Shown()).within_seconds
    return None if seconds is None else timedelta(seconds=seconds)


def _step(reply: Reply) -> _Step:
    if reply.wish == Wish.EDIT:
        return _Step.EDIT  # repeating it does no harm
    if reply.wish == Wish.REMOVE:
        return _Step.REMOVE
    return _Step.SEND if reply.state == OutboxState.APPROVED else _Step.FIND


def _receipt(reply: Reply) -> Receipt | None:
    if reply.remote_id is None or reply.remote_address is None:
        return None
    return Receipt(address=reply.remote_address, remote_id=reply.remote_id, url=reply.remote_url)


def _for_a_person(session: Session, reply: Reply, post: Post, source: Source, tools: Tools) -> Outcome:
    """No program can answer there, or not any more."""
    needs = tools.reply_needs(source)
    problem = f"{' and '.join(needs)} is not set." if needs else "No program may answer there."
    if reply.state != OutboxState.APPROVED:
        reply.problem, reply.what_to_do = f"Whether it arrived cannot be told: {problem}", "Set it again."
        return Outcome(next=[flow.reply(id_of(reply), wait_seconds=_FOR_A_PERSON)])
    if reply.wish != Wish.PUBLISH:
        return _fail(session, reply, problem, "Do it by hand, and say so.")
    if problem_of_post := _must_not_leave(session, reply, post):
        return _fail(session, reply, problem_of_post, _LOOK_FIRST)
    reply.state = move(OutboxState.APPROVED, OutboxState.MANUAL)
    where = f"Open {post.url}" if post.url else "Open the post"
    reply.problem, reply.what_to_do = problem, f"{where}, paste the text, and say that it is sent."
    session.flush()
    return Outcome(next=cards.of_post(session, reply.post_id))


def _carried_out(plan: _Plan, tools: Tools) -> Outcome:
    match plan.step:
        case _Step.SEND:
            return _send(plan, tools)
        case _Step.EDIT:
            if (stopped := _begin(plan, tools)) is not None:
                return stopped
            edited = cast(Edits, plan.replier).edit(plan.text, place=plan.place, receipt=_given(plan))
            tools.observe("reply:acted")
            return _stands(plan, edited, tools)
        case _Step.REMOVE:
            if (stopped := _begin(plan, tools)) is not None:
                return stopped
            cast(Deletes, plan.replier).delete(place=plan.place, receipt=_given(plan))
            tools.observe("reply:acted")
            return _is_removed(plan, tools)
        case _Step.FIND:
            found = _found(plan)
            tools.observe("reply:acted")
            return _stands(plan, found, tools) if found else _not_there(plan, tools)
        case _:
            assert_never(plan.step)


def _send(plan: _Plan, tools: Tools) -> Outcome:
    wait = tools.turn_to_reply(plan.source)
    if wait > 1:
        return Outcome(next=[flow.reply(plan.reply_id, wait_seconds=wait)])
    time.sleep(wait)
    if plan.tried and (receipt := _found(plan)) is not None:
        return _stands(plan, receipt, tools)
    standing = plan.replier.look(plan.place)
    tools.observe("reply:looked")
    if differs := difference(plan.seen_digest, standing):
        return _settle(plan, tools, lambda held: _fail(held.session, held.reply, " ".join(differs), _LOOK_FIRST))
    if (stopped := _begin(plan, tools)) is not None:
        return stopped
    receipt = plan.replier.send(plan.text, place=plan.place, key=plan.key)
    tools.observe("reply:acted")
    return _stands(plan, receipt, tools)


def _found(plan: _Plan) -> Receipt | None:
    return plan.replier.find(plan.text, place=plan.place, key=plan.key, after=plan.written_at - _CLOCKS_APART)


def _given(plan: _Plan) -> Receipt:
    if plan.receipt is None:
        raise ValueError(f"reply {plan.key} has no receipt, and stands nowhere")
    return plan.receipt


def _begin(plan: _Plan, tools: Tools) -> Outcome | None:
    """Write down that it leaves now. Or what follows where it does not: somebody took it back, or changed it, or its
    author asked not to be contacted, in the last moment.
    """
    with transaction(tools.engine) as session:
        held = replies.hold(session, plan.reply_id)
        if held is None:
            return Outcome()
        reply, _ = held
        later = reply.send_after is not None and reply.send_after > tools.clock()
        if reply.state not in replies.ON_ITS_WAY or reply.text != plan.text or later:
            return Outcome()
        if reply.state == OutboxState.APPROVED:
            if _must_not_leave(session, reply, session.get_one(Post, reply.post_id)):
                return Outcome(next=[flow.reply(plan.reply_id)])  # judged anew, which says why
            reply.state = move(OutboxState.APPROVED, OutboxState.SENDING)
        reply.sending_at = tools.clock()
        reply.attempt_count += 1
    tools.observe("reply:sending")
    return None


def _not_there(plan: _Plan, tools: Tools) -> Outcome:
    """It was looked for in vain: soon after it left that tells nothing, a platform may be slow to show it. It is looked
    for again after as long as it is away, so that what shows soon is known soon.
    """
    if plan.shown_within is None:
        return _uncertain(plan, tools, "It cannot be seen there.", wait=_FOR_A_PERSON, what_to_do=_LOOK_YOURSELF)
    since = tools.clock() - plan.left_at if plan.left_at else plan.shown_within
    left = (plan.shown_within - since).total_seconds()
    if left > 0:
        return _uncertain(plan, tools, "It is not there yet.", wait=min(left, max(_LOOK_AGAIN, since.total_seconds())))
    return _again(plan, tools, "It had not arrived.", wait=0)


def _not_done(plan: _Plan, error: IntegrationError, tools: Tools) -> Outcome:
    """What each way of failing leads to. While an earlier attempt is open, a later one that fails settles nothing."""
    asked = error.retry_after if isinstance(error, TargetBusy) else None
    what_to_do = error.what_to_do if isinstance(error, TargetRefused) else "Change the words, or answer by hand."
    problem = str(error).removesuffix(what_to_do).strip()
    if plan.open and isinstance(error, TargetRefused | MessageRejected):
        return _uncertain(plan, tools, problem, wait=_FOR_A_PERSON, what_to_do=what_to_do)
    if plan.open or isinstance(error, OutcomeUncertain):
        return _uncertain(plan, tools, str(error), wait=asked or _LOOK_AGAIN)
    if isinstance(error, TargetBusy):
        return _again(plan, tools, str(error), wait=asked or _BACK_OFF)
    return _settle(plan, tools, lambda held: _fail(held.session, held.reply, problem, what_to_do))


def _stands(plan: _Plan, receipt: Receipt, tools: Tools) -> Outcome:
    def settle(held: _Held) -> Outcome:
        reply = held.reply
        _through(reply, OutboxState.SENT)
        reply.wish = Wish.PUBLISH
        reply.remote_address, reply.remote_id = receipt.address, receipt.remote_id
        reply.remote_url = receipt.url or reply.remote_url
        replies.stands(held.session, reply, held.case, now=tools.clock())
        rules = tools.reply_rules(plan.source)
        if rules is not None and rules.one_for_each_post:
            replies.replaced(held.session, reply, now=tools.clock())
        read: list[int] = []
        if rules is not None and rules.read_as:
            reply.read_as = rules.read_as.replace("{id}", receipt.remote_id)
            read = ours.read_before(held.session, id_of(plan.source), reply.read_as, now=tools.clock())
        if held.session.get_one(Post, reply.post_id).deleted_at is not None:
            reply.text = reply.sent_text = ""  # it may quote what is gone
        return Outcome(next=flow.start(read))

    return _settle(plan, tools, settle)


def _is_removed(plan: _Plan, tools: Tools) -> Outcome:
    def settle(held: _Held) -> Outcome:
        reply = held.reply
        _through(reply, OutboxState.SENT)
        reply.wish, reply.removed_at = Wish.PUBLISH, tools.clock()
        reply.problem = reply.what_to_do = reply.send_after = None
        replies.reopen(held.case)
        return Outcome()

    return _settle(plan, tools, settle)


def _uncertain(plan: _Plan, tools: Tools, problem: str, *, wait: float, what_to_do: str | None = None) -> Outcome:
    def settle(held: _Held) -> Outcome:
        held.reply.problem, held.reply.what_to_do = problem, what_to_do
        if held.reply.state == OutboxState.SENDING:
            held.reply.state = move(OutboxState.SENDING, OutboxState.UNCERTAIN)
        return Outcome(next=[flow.reply(plan.reply_id, wait_seconds=wait)])

    return _settle(plan, tools, settle)


def _again(plan: _Plan, tools: Tools, problem: str, *, wait: float) -> Outcome:
    def settle(held: _Held) -> Outcome:
        held.reply.problem = problem
        _through(held.reply, OutboxState.APPROVED)
        return Outcome(next=[flow.reply(plan.reply_id, wait_seconds=wait)])

    return _settle(plan, tools, settle)


def _fail(session: Session, reply: Reply, problem: str, what_to_do: str) -> Outcome:
    _through(reply, OutboxState.FAILED)
    reply.problem, reply.what_to_do = problem, what_to_do
    session.flush()
    return Outcome(next=cards.of_post(session, reply.post_id))


def _through(reply: Reply, wanted: OutboxState) -> None:
    """Move the reply, where it is not there yet. From `approved` to `sent` goes what was found before it left anew."""
    if reply.state != wanted:
        reply.state = move(OutboxState(reply.state), wanted)


def _settle(plan: _Plan, tools: Tools, settle: Callable[[_Held], Outcome]) -> Outcome:
    """Write down what came of it, unless somebody settled the reply meanwhile; the post's cards follow."""
    with transaction(tools.engine) as session:
        found = replies.hold(session, plan.reply_id)
        if found is None or found[0].state not in replies.ON_ITS_WAY:
            return Outcome()
        reply, case = found
        if reply.state == OutboxState.APPROVED and reply.text != plan.text:  # taken back and changed: judge it anew
            return Outcome(next=[flow.reply(plan.reply_id)])
        outcome = settle(_Held(session, reply, case))
        session.flush()
        return Outcome(next=[*outcome.next, *cards.of_post(session, reply.post_id)])
