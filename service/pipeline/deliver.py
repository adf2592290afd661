"""One delivery -> its target, once.

What may be killed at any point is written down before and after: `sending` is committed before the message leaves, the
receipt after it arrived. Whoever finds a delivery in `sending` or `uncertain` looks at the target before anything else.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import assert_never

from sqlmodel import Session

from integrations.base import IntegrationError, Message, OutcomeUncertain, Payload, Receipt, TargetBusy, TargetRefused
from service.domain.alarms import is_over
from service.domain.outbox import OutboxState, move
from service.models import Delivery, Post, Source
from service.pipeline import flow, team_digest, translate
from service.pipeline.messages import compose
from service.pipeline.outcome import Outcome
from service.store import channels, deliveries
from service.store.database import transaction
from service.store.locks import DELIVERIES, alone
from service.tools import Tools

_LOOK_AGAIN = 30.0  # seconds, before an uncertain outcome is looked at
_BACK_OFF = 60.0  # seconds, where a busy target names no time


class _Step(Enum):
    SEND = auto()
    UPDATE = auto()
    LOOK = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    step: _Step
    key: str
    kind: str
    address: str
    message: Message
    payload: Payload
    digest: str
    receipt: Receipt | None
    left_at: datetime  # when the first attempt may have left


def run(delivery_id: int, tools: Tools) -> Outcome:
    """Bring the delivery to where it should be; safe to run again at any time, by anyone."""
    with alone(tools.engine, DELIVERIES, delivery_id) as free:
        if not free:
            return Outcome(next=[flow.deliver(delivery_id, wait_seconds=5)])
        if (pause := _pause(delivery_id, tools)) is not None:
            return Outcome(next=[flow.deliver(delivery_id, wait_seconds=pause)])
        translate.for_card(delivery_id, tools)
        plan = _prepare(delivery_id, tools)
        if plan is None:
            return Outcome()
        tools.observe("deliver:prepared")
        return _carry_out(delivery_id, plan, tools)


def _pause(delivery_id: int, tools: Tools) -> float | None:
    """Seconds until people in the channel want new cards again; None where this one may go now.

    Whoever ends the pause early queues what waits; a job too many finds nothing to do.
    """
    with transaction(tools.engine) as session:
        delivery = session.get(Delivery, delivery_id)
        if delivery is None or delivery.state != OutboxState.APPROVED or delivery.remote_id is not None:
            return None
        now = tools.clock()
        until = channels.paused_until(session, target=delivery.target, address=delivery.address, now=now)
        if until:
            delivery.held_until = until
        return (until - now).total_seconds() if until else None


def _prepare(delivery_id: int, tools: Tools) -> _Plan | None:
    """Decide what to do and write down that it is about to be done; None where there is nothing to do."""
    with transaction(tools.engine) as session:
        delivery = deliveries.get_locked(session, delivery_id)
        if delivery is None or delivery.state in (OutboxState.DRAFT, OutboxState.FAILED, OutboxState.MANUAL):
            return None
        if why := _too_late(session, delivery, tools):
            delivery.state = move(OutboxState(delivery.state), OutboxState.FAILED)
            delivery.problem = why
            return None
        message = compose(session, delivery, tools)
        payload = tools.render(delivery.target, message, delivery.key)
        digest = hashlib.sha256(json.dumps(payload, sort_keys=True, default=str).encode()).hexdigest()
        if delivery.state == OutboxState.SENT and delivery.sent_digest == digest:
            return None
        step = _step(delivery)
        if step is _Step.SEND or delivery.state == OutboxState.SENT:
            delivery.state = move(OutboxState(delivery.state), OutboxState.SENDING)
            delivery.sending_at = tools.clock()
            delivery.attempt_count += 1
        return _Plan(
            step=step,
            key=delivery.key,
            kind=delivery.target,
            address=delivery.address,
            message=message,
            payload=payload,
            digest=digest,
            receipt=_receipt(delivery),
            left_at=delivery.created_at,
        )


def _too_late(session: Session, delivery: Delivery, tools: Tools) -> str:
    """Why a message that has not left never does: its post is gone, its alarm or its day is over. Empty: it may."""
    if delivery.state != OutboxState.APPROVED:
        return ""
    if delivery.team is not None:
        return team_digest.too_late(delivery, tools)
    if delivery.source_id is not None:
        source = session.get_one(Source, delivery.source_id)
        over = is_over(delivery.event, source.last_succeeded_at, source.quiet_since)
    else:
        over = delivery.post_id is not None and session.get_one(Post, delivery.post_id).deleted_at is not None
    return "What it is about was over before its card was sent." if over else ""


def _step(delivery: Delivery) -> _Step:
    if delivery.remote_id is not None:
        return _Step.UPDATE  # repeating an update in place does no harm
    if delivery.state == OutboxState.APPROVED:
        return _Step.SEND
    return _Step.LOOK


def _receipt(delivery: Delivery) -> Receipt | None:
    if delivery.remote_id is None or delivery.remote_address is None:
        return None
    return Receipt(address=delivery.remote_address, remote_id=delivery.remote_id, url=delivery.remote_url)


def _carry_out(delivery_id: int, plan: _Plan, tools: Tools) -> Outcome:
    try:
        receipt = _act(plan, tools)
    except IntegrationError as error:
        return _not_done(delivery_id, plan, error, tools)
    tools.observe("deliver:acted")
    if receipt is None:
        return _again(delivery_id, tools, "it had not arrived", wait=0)
    return _sent(delivery_id, plan, receipt, tools)


def _not_done(delivery_id: int, plan: _Plan, error: IntegrationError, tools: Tools) -> Outcome:
    """What each way of failing leads to. A look that failed tells nothing: the question stays open."""
    if plan.step is _Step.LOOK or isinstance(error, OutcomeUncertain):
        wait = error.retry_after if isinstance(error, TargetBusy) and error.retry_after else _LOOK_AGAIN
        return _uncertain(delivery_id, tools, str(error), wait=wait)
    if isinstance(error, TargetBusy):
        return _again(delivery_id, tools, str(error), wait=error.retry_after or _BACK_OFF)
    what_to_do = error.what_to_do if isinstance(error, TargetRefused) else "Its next change is tried anew."
    return _failed(delivery_id, tools, str(error), what_to_do)


def _act(plan: _Plan, tools: Tools) -> Receipt | None:
    target = tools.target(plan.kind)
    match plan.step:
        case _Step.SEND:
            return target.send(plan.message, address=plan.address, key=plan.key)
        case _Step.UPDATE:
            if plan.receipt is None:
                raise ValueError(f"delivery {plan.key} has no receipt to update")
            return target.update(plan.message, receipt=plan.receipt, key=plan.key)
        case _Step.LOOK:
            return target.find(address=plan.address, key=plan.key, after=plan.left_at)
        case _:
            assert_never(plan.step)


def _sent(delivery_id: int, plan: _Plan, receipt: Receipt, tools: Tools) -> Outcome:
    with transaction(tools.engine) as session:
        delivery = session.get_one(Delivery, delivery_id, with_for_update=True)
        delivery.state = move(OutboxState(delivery.state), OutboxState.SENT)
        delivery.sent_at = delivery.sent_at or tools.clock()
        delivery.remote_address, delivery.remote_id = receipt.address, receipt.remote_id
        delivery.remote_url = receipt.url or delivery.remote_url
        delivery.problem = delivery.what_to_do = None
        delivery.payload = dict(plan.payload)
        if plan.step is not _Step.LOOK:
            delivery.sent_digest = plan.digest
    # What was found by looking may be an older form: one more round brings it up to date.
    return Outcome(next=[flow.deliver(delivery_id)] if plan.step is _Step.LOOK else [])


def _again(delivery_id: int, tools: Tools, problem: str, *, wait: float) -> Outcome:
    with transaction(tools.engine) as session:
        delivery = session.get_one(Delivery, delivery_id, with_for_update=True)
        delivery.problem = problem
        # An update keeps its place: the message is there, only its newest form is not.
        wanted = OutboxState.SENT if delivery.remote_id else OutboxState.APPROVED
        delivery.state = move(OutboxState(delivery.state), wanted)
    return Outcome(next=[flow.deliver(delivery_id, wait_seconds=wait)])


def _uncertain(delivery_id: int, tools: Tools, problem: str, *, wait: float) -> Outcome:
    with transaction(tools.engine) as session:
        delivery = session.get_one(Delivery, delivery_id, with_for_update=True)
        delivery.problem = problem
        if delivery.state == OutboxState.SENDING:
            delivery.state = move(OutboxState.SENDING, OutboxState.UNCERTAIN)
    return Outcome(next=[flow.deliver(delivery_id, wait_seconds=wait)])


def _failed(delivery_id: int, tools: Tools, problem: str, what_to_do: str) -> Outcome:
    with transaction(tools.engine) as session:
        delivery = session.get_one(Delivery, delivery_id, with_for_update=True)
        delivery.state = move(OutboxState(delivery.state), OutboxState.FAILED)
        delivery.problem, delivery.what_to_do = problem.removesuffix(what_to_do).strip(), what_to_do
    return Outcome()
