"""What is done beside the stages: forgotten work is found, and what may not be kept is forgotten.

Jobs are queued in the transaction that makes them necessary and come back when their worker dies, so this finds nothing
unless a job failed for good or somebody emptied the queue.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from service.pipeline import cards, flow
from service.pipeline.outcome import Outcome
from service.store import backfills, cases, clicks, deliveries, hook_calls, posts, replies, retention, tellings
from service.tools import Tools

PATIENCE = timedelta(minutes=15)
KEEP_CALLS = timedelta(days=7)  # a sender tries again for some days, and is known by what is kept
KEEP_CLICKS = timedelta(days=7)  # long after Slack sends anything again
KEEP_DROPPED = timedelta(days=30)  # a draft that was given up may still be wanted
_MOST = 2000


def forgotten(session: Session, now: datetime) -> Outcome:
    """Jobs for what should have been finished `PATIENCE` ago (posts, messages, replies, clicks), and for histories."""
    waiting = posts.unfinished(session, seen_before=now - PATIENCE, most=_MOST)
    unsent = deliveries.stuck(session, before=now - PATIENCE)
    clicked = [flow.click(click_id) for click_id in clicks.waiting(session, heard_before=now - PATIENCE, most=_MOST)]
    histories = [flow.backfill(source_id) for source_id in backfills.running(session)]  # nothing where it is queued
    return Outcome(
        next=[
            *flow.start(waiting),
            *(flow.deliver(delivery_id) for delivery_id in unsent),
            *(flow.reply(reply_id) for reply_id in replies.stuck(session, before=now - PATIENCE)),
            *(flow.tell(telling_id) for telling_id in tellings.going(session)),  # nothing where it is queued
            *clicked,
            *histories,
        ]
    )


def wake_cases(session: Session, now: datetime) -> Outcome:
    """Show the cases again that were snoozed until now."""
    due = cases.wake_due(session, now=now)
    return Outcome(next=cards.of_posts(session, due))


def forget_raw(session: Session, tools: Tools) -> int:
    """Empty the payloads that the passports let us keep no longer; returns how many."""
    now = tools.clock()
    return sum(retention.forget_raw(session, kind, seen_before=now - kept) for kind, kept in tools.keep_raw.items())


def forget_calls(session: Session, now: datetime) -> None:
    """Delete calls of webhooks that were read and are `KEEP_CALLS` old."""
    hook_calls.forget(session, received_before=now - KEEP_CALLS)


def forget_words(session: Session, now: datetime) -> None:
    """Empty drafts that were given up, `KEEP_DROPPED` after they were written."""
    replies.forget_dropped(session, written_before=now - KEEP_DROPPED)


def forget_clicks(session: Session, now: datetime) -> None:
    """Delete what people did in Slack, `KEEP_CLICKS` after it was done; its content went at once."""
    clicks.forget(session, done_before=now - KEEP_CLICKS)
