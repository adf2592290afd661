"""The digests of company.yaml's teams: each morning of theirs one goes into the outbox, which sends it once.

A morning on which nothing ran is made up for on the same day. A channel whose people chose with `/earful digest` gets
what they chose instead (`channel_digest`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, time

from sqlmodel import Session

from integrations.base import DigestCard
from service.configuration.company import Team
from service.domain import editions
from service.domain.editions import Edition
from service.models import Delivery
from service.pipeline import digest_card, flow
from service.pipeline.outcome import Job
from service.store import channels, deliveries, posts
from service.store.deliveries import Wanted
from service.tools import Tools

_TARGET = "slack"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Due:
    team: Team
    edition: Edition

    @property
    def wanted(self) -> Wanted:
        reason = f"The {self.team.digest} digest of {self.team.name}, as company.yaml says."
        return Wanted(
            team=self.team.name, event=self.edition.event, target=_TARGET, address=self.team.channel, reason=reason
        )


def due(session: Session, tools: Tools) -> list[Job]:
    """Put the digests whose time has come into the outbox, unless they are there; the jobs that send them."""
    here = tools.clock().astimezone(tools.company.time_zone)
    come = [
        _Due(team, edition)
        for team in tools.company.teams
        if (edition := editions.due(team.digest, team.digest_at, here)) is not None
    ]
    known = deliveries.known(session, [each.wanted.key for each in come]) if come else set()
    missing = [each for each in come if each.wanted.key not in known and _heard_before(session, each, here)]
    if not missing:
        return []
    addresses = [each.team.channel for each in missing]
    chosen = channels.with_their_own_digest(session, target=_TARGET, addresses=addresses)
    wanted = [each for each in missing if each.team.channel not in chosen]
    for each in wanted:
        _tell_of_skipped(session, each)
    new = deliveries.ask(session, [each.wanted for each in wanted], now=tools.clock())
    return [flow.deliver(delivery_id) for delivery_id in new]


def too_late(delivery: Delivery, tools: Tools) -> str:
    """Why a digest that did not leave yet never does, in a sentence; empty where it still may."""
    if tools.company.team(delivery.team or "") is None:
        return f"company.yaml has no team {delivery.team} any more."
    zone = tools.company.time_zone
    edition, held = editions.edition_of(delivery.event), delivery.held_until
    today = tools.clock().astimezone(zone).date()
    if not editions.is_over(edition, today=today, held_until=held.astimezone(zone).date() if held else None):
        return ""
    _log.warning("digest_skipped", extra={"team": repr(delivery.team), "edition": delivery.event})
    return "Its day was over before it could be sent. The next one comes in its time."


def compose(session: Session, delivery: Delivery, tools: Tools) -> DigestCard:
    """The digest of a delivery. Of a team that left company.yaml since it was sent, it is about everything."""
    edition = editions.edition_of(delivery.event)
    now = datetime.combine(edition.day, time(), tools.company.time_zone)
    team = tools.company.team(delivery.team or "")
    return digest_card.compose(session, tools, edition.span, team=team, now=now, why=delivery.reason)


def _heard_before(session: Session, each: _Due, here: datetime) -> bool:
    """Whether anything was kept when the edition was due: on the day of its installation Earful has nothing to tell."""
    first = posts.first_kept_at(session)
    return first is not None and first < datetime.combine(each.edition.day, each.team.digest_at, here.tzinfo)


def _tell_of_skipped(session: Session, each: _Due) -> None:
    last = deliveries.last_of_team(session, each.team.name, each.edition.rhythm)
    number = editions.skipped(editions.edition_of(last), each.edition) if last else 0
    if number:
        _log.warning(
            "digests_skipped", extra={"team": repr(each.team.name), "number": number, "before": each.edition.event}
        )
