"""What people ask of us in a channel: to be quiet for a while, to go on, to send a digest."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from service.actions.actors import Actor, require
from service.actions.auditing import audit
from service.configuration.company import DigestRhythm
from service.domain.roles import Deed
from service.errors import Invalid
from service.models import Channel
from service.pipeline import flow
from service.pipeline.outcome import Outcome
from service.store import channels

LONGEST_PAUSE = timedelta(days=7)


def pause(session: Session, channel: Channel, *, length: timedelta, by: Actor, now: datetime) -> datetime:
    """Let new cards wait; what stands there still follows. Returns until when.

    Raises:
        NotAllowed: `by` does not work on cases.
        Invalid: no time at all, or more than a week.
    """
    require(by, Deed.WORK, session=session)
    if not timedelta() < length <= LONGEST_PAUSE:
        raise Invalid("A pause lasts a week at most: /earful pause 2h.")
    channel.paused_until, channel.paused_at, channel.paused_by_id = now + length, now, by.user_id
    session.flush()
    audit(session, "pause", "channel", channel.id, by=by, now=now, seconds=int(length.total_seconds()))
    return now + length


def resume(session: Session, channel: Channel, *, by: Actor, now: datetime) -> Outcome:
    """Let what waited come now. Raises NotAllowed."""
    require(by, Deed.WORK, session=session)
    channel.paused_until = channel.paused_at = channel.paused_by_id = None
    session.flush()
    audit(session, "resume", "channel", channel.id, by=by, now=now)
    return Outcome(next=[flow.deliver(delivery_id) for delivery_id in channels.waiting(session, channel)])


def subscribe(session: Session, channel: Channel, rhythm: DigestRhythm, *, by: Actor, now: datetime) -> None:
    """Have the channel get a digest, or none. Raises NotAllowed."""
    require(by, Deed.WORK, session=session)
    channel.digest = rhythm
    channel.digest_sent_at = now
    session.flush()
    audit(session, "subscribe", "channel", channel.id, by=by, now=now, digest=rhythm)
