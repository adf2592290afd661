"""Our work on one conversation: who has it, how far it is. One answer at a time: the case's row is held throughout."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, col

from service.actions.actors import Actor, actor_of, require
from service.actions.auditing import audit
from service.domain.cases import CLOSED, CaseState
from service.domain.roles import Deed, may
from service.errors import Conflict, Invalid, NotAllowed, NotFound
from service.models import Case, Post, User
from service.models.columns import id_of
from service.pipeline import cards, flow
from service.pipeline.outcome import Outcome
from service.store import deliveries, facts
from service.store.deliveries import Wanted
from service.tools import Tools

_LONGEST_REASON = 500


def open_case(session: Session, post_id: int, *, by: Actor, now: datetime) -> int:
    """The case of a post; opened now, where no rule opened one.

    Raises:
        NotFound: there is no such post, or it is gone.
        NotAllowed: `by` does not work on cases.
    """
    require(by, Deed.WORK, session=session)
    found = session.scalars(select(col(Case.id)).where(col(Case.post_id) == post_id)).one_or_none()
    if found is not None:
        return int(found)
    known = facts.of_posts(session, [post_id])
    if not known or known[0].post.deleted_at is not None:
        raise NotFound(f"There is no post {post_id}.")
    opening = {
        "post_id": post_id,
        "customer_id": known[0].customer.customer.id if known[0].customer else None,
        "state": CaseState.NEW,
        "urgency": known[0].reading.urgency if known[0].reading else 0.0,
        "reason": f"{by.name} opened it.",
        "opened_at": now,
    }
    session.execute(upsert(Case).values(**opening).on_conflict_do_nothing(index_elements=["post_id"]))
    case_id = session.scalars(select(col(Case.id)).where(col(Case.post_id) == post_id)).one()
    audit(session, "open", "case", case_id, by=by, now=now)
    return int(case_id or 0)


def claim(session: Session, case_id: int, *, by: Actor, now: datetime) -> Outcome:
    """Take the case. Whoever has it already keeps it, and hears nothing new.

    Raises:
        NotFound, NotAllowed.
        Conflict: somebody else has it, or it is closed.
    """
    case = _held(session, case_id, by)
    if case.assignee_id == by.user_id and case.state not in CLOSED:
        return Outcome()
    _refuse_closed(case)
    if case.assignee_id is not None:
        holder = session.get_one(User, case.assignee_id)
        if holder.active:
            raise Conflict(f"{holder.name} has it already. Ask them, or assign it to yourself.")
    return _given(session, case, by.user_id, "claim", by=by, now=now)


def assign(session: Session, case_id: int, *, to_user_id: int, by: Actor, now: datetime) -> Outcome:
    """Give the case to somebody, whoever has it.

    Raises:
        NotFound: no such case or user. NotAllowed: `by` or the other does not work on cases. Conflict: it is closed.
    """
    case = _held(session, case_id, by)
    _refuse_closed(case)
    other = actor_of(session, to_user_id)
    if not may(other.role, Deed.WORK):
        raise NotAllowed(f"{other.name} is {other.role} and does not work on cases.")
    if case.assignee_id == to_user_id:
        return Outcome()
    return _given(session, case, to_user_id, "assign", by=by, now=now)


def release(session: Session, case_id: int, *, by: Actor, now: datetime) -> Outcome:
    """Give the case back to nobody.

    Raises:
        NotFound.
        NotAllowed: it is somebody else's, and `by` does not administer.
    """
    case = _held(session, case_id, by)
    if case.assignee_id is None:
        return Outcome()
    if case.assignee_id != by.user_id and not may(by.role, Deed.ADMINISTER):
        raise NotAllowed("Only who has a case gives it back. Assign it to somebody instead.")
    case.assignee_id = case.claimed_at = None
    if case.state == CaseState.CLAIMED:
        case.state = CaseState.NEW
    return _done(session, case, "release", by=by, now=now)


def snooze(session: Session, case_id: int, *, until: datetime, by: Actor, now: datetime) -> Outcome:
    """Leave it until then.

    Raises:
        NotFound, NotAllowed. Conflict: it is closed. Invalid: `until` is over.
    """
    case = _held(session, case_id, by)
    _refuse_closed(case)
    if until <= now:
        raise Invalid("Choose a time that is still to come.")
    case.snoozed_until = until
    return _done(session, case, "snooze", by=by, now=now)


def wake(session: Session, case_id: int, *, by: Actor, now: datetime) -> Outcome:
    """Do not wait any longer. Raises NotFound, NotAllowed."""
    case = _held(session, case_id, by)
    if case.snoozed_until is None:
        return Outcome()
    case.snoozed_until = None
    return _done(session, case, "wake", by=by, now=now)


def dismiss(session: Session, case_id: int, *, reason: str, by: Actor, now: datetime) -> Outcome:
    """Close it: there is nothing to be done. A reply that is on its way still goes. Raises NotFound, NotAllowed."""
    return _closed(session, case_id, CaseState.DISMISSED, reason, by=by, now=now)


def solve(session: Session, case_id: int, *, by: Actor, now: datetime) -> Outcome:
    """Close it: it is done. Raises NotFound, NotAllowed."""
    return _closed(session, case_id, CaseState.SOLVED, "", by=by, now=now)


def reopen(session: Session, case_id: int, *, by: Actor, now: datetime) -> Outcome:
    """Take a closed case up again. Raises NotFound, NotAllowed."""
    case = _held(session, case_id, by)
    if case.state not in CLOSED:
        return Outcome()
    case.state = CaseState.NEW if case.assignee_id is None else CaseState.CLAIMED
    case.closed_at = None
    return _done(session, case, "reopen", by=by, now=now)


def escalate(session: Session, case_id: int, *, note: str = "", by: Actor, now: datetime, tools: Tools) -> Outcome:
    """Show the post to those who can mend what it reports: a card in the channel that replies.yaml names.

    Raises:
        NotFound: no such case, or its post is gone. NotAllowed.
    """
    case = _held(session, case_id, by)
    if session.get_one(Post, case.post_id).deleted_at is not None:
        raise NotFound("The post is gone.")
    words = " ".join(note.split())[:_LONGEST_REASON]
    wanted = Wanted(
        post_id=case.post_id,
        target="slack",
        address=tools.replies.escalate_to,
        reason=f"{by.name} escalated it{f': {words}' if words else '.'}",
        rules=(),
    )
    new = deliveries.ask(session, [wanted], now=now)
    case.escalated_at = case.escalated_at or now
    done = _done(session, case, "escalate", by=by, now=now)
    return Outcome(next=[*(flow.deliver(delivery_id) for delivery_id in new), *done.next])


def _closed(session: Session, case_id: int, state: CaseState, reason: str, *, by: Actor, now: datetime) -> Outcome:
    case = _held(session, case_id, by)
    if case.state == state:
        return Outcome()
    case.state, case.closed_at, case.snoozed_until = state, now, None
    detail = {"reason": " ".join(reason.split())[:_LONGEST_REASON]} if reason else {}
    return _done(session, case, "dismiss" if state is CaseState.DISMISSED else "solve", by=by, now=now, **detail)


def _held(session: Session, case_id: int, by: Actor) -> Case:
    """The case, held until the transaction ends."""
    require(by, Deed.WORK, session=session)
    case = session.scalars(select(Case).where(col(Case.id) == case_id).with_for_update()).one_or_none()
    if case is None:
        raise NotFound(f"There is no case {case_id}.")
    return case


def _refuse_closed(case: Case) -> None:
    if case.state in CLOSED:
        raise Conflict(f"It is {case.state}. Open it again first.")


def _given(session: Session, case: Case, user_id: int, verb: str, *, by: Actor, now: datetime) -> Outcome:
    case.assignee_id, case.claimed_at, case.snoozed_until = user_id, now, None
    if case.state == CaseState.NEW:
        case.state = CaseState.CLAIMED
    return _done(session, case, verb, by=by, now=now, to=user_id)


def _done(session: Session, case: Case, verb: str, *, by: Actor, now: datetime, **detail: str | int) -> Outcome:
    session.flush()
    audit(session, verb, "case", id_of(case), by=by, now=now, **detail)
    return Outcome(next=cards.of_post(session, case.post_id))
