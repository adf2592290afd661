"""A digest for a channel whose people asked for one: once a morning, with what waits there.

It is noted as sent before it leaves: after a crash a morning may be without one, but never with two.
"""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import select
from sqlmodel import Session, col

from integrations.base import DigestCard, OutcomeUncertain, TargetBusy
from integrations.slack.views import digest as view
from service.configuration.company import DigestRhythm
from service.domain import editions
from service.models import Channel
from service.pipeline import digest_card, flow
from service.pipeline.outcome import Job, Outcome
from service.store import channels
from service.store.database import transaction
from service.tools import Tools

MORNING = time(8, 30)
"""When a digest comes, where the company is."""


def due(session: Session, tools: Tools) -> list[Job]:
    """The jobs for channels whose morning has come."""
    here = tools.clock().astimezone(tools.company.time_zone)
    begins = datetime.combine(here.date(), MORNING, here.tzinfo)
    if here < begins:
        return []
    rhythms = [rhythm for rhythm in DigestRhythm if editions.comes_on(rhythm, here.date())]
    wanted = select(col(Channel.id)).where(col(Channel.digest).in_(rhythms), col(Channel.digest_sent_at) < begins)
    return [
        Job(
            task="channel_digest",
            arguments={"channel_id": number},
            queue=flow.LEAVING,
            queueing_lock=f"channel_digest:{number}",
        )
        for number in session.scalars(wanted)
    ]


def run(channel_id: int, tools: Tools) -> Outcome:
    """Send the digest that is due. Raises TargetRefused and MessageRejected, for whoever looks after the jobs."""
    with transaction(tools.engine) as session:
        channel = session.get(Channel, channel_id, with_for_update=True)
        begins = channel.digest_sent_at if channel is not None else None
        if channel is None or not any(job.arguments["channel_id"] == channel_id for job in due(session, tools)):
            return Outcome()
        shown = _shown(session, channel, tools)
        channel.digest_sent_at = tools.clock()
    message, where = view.message(shown), channel.address_by_id.rpartition("/")[2]
    try:
        tools.slack(channel.workspace).say(where, message.text, blocks=message.blocks)
    except OutcomeUncertain:
        pass  # it may stand there; a second one is worse than none
    except TargetBusy:
        with transaction(tools.engine) as session:
            session.get_one(Channel, channel_id).digest_sent_at = begins
    return Outcome()


def _shown(session: Session, channel: Channel, tools: Tools) -> DigestCard:
    team = next((team for team in tools.company.teams if team.channel == channel.address), None)
    span, held = editions.span(channel.digest or DigestRhythm.WEEKLY), _held(session, channel, tools)
    return digest_card.compose(session, tools, span, team=team, now=tools.clock(), held=held)


def _held(session: Session, channel: Channel, tools: Tools) -> str:
    """What waits because the channel is paused."""
    waiting = len(channels.waiting(session, channel))
    if not waiting or channel.paused_until is None or channel.paused_until <= tools.clock():
        return ""
    until = channel.paused_until.astimezone(tools.company.time_zone)
    cards = "1 card waits" if waiting == 1 else f"{waiting:,} cards wait"
    return f"{cards}, because this channel is paused until {until:%H:%M on %d %B}. /earful resume lets them come."
