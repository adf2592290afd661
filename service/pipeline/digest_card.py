"""A digest as a channel gets it: what changed, how we answered, what was not seen, and the way to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from integrations.base import CardWords, DigestCard
from service.configuration.company import Team
from service.digest.answers import how_we_answered
from service.digest.links import Links
from service.digest.losses import not_seen
from service.digest.sentences import Sentence, what_changed
from service.domain import periods
from service.domain.digest import Digest
from service.pipeline import digest
from service.tools import Tools


def compose(
    session: Session, tools: Tools, span: str, *, team: Team | None, now: datetime, held: str = "", why: str = ""
) -> DigestCard:
    """The card of the whole days before `now`. `held`: what waits in the channel; `why`: why it is there."""
    period = periods.choose(span, None, now=now, zone=tools.company.time_zone)
    found = digest.compute(session, tools, period, team)
    links = Links(tools.page_url, found)
    return DigestCard(
        title=_title(found),
        changed=[_words(sentence) for sentence in what_changed(found, links)],
        answering=[_words(sentence) for sentence in how_we_answered(found, links)],
        held=held,
        not_seen=[_words(sentence) for sentence in not_seen(found, links)],
        why=why,
        page_url=links.digest_page(),
    )


def _title(found: Digest) -> str:
    last = found.period.last_day
    first = found.period.since.date()
    days = f"{last:%d %B}" if last - first < timedelta(days=1) else f"{first:%d %B} to {last:%d %B}"
    return f"{found.team or found.company}: {days}"


def _words(sentence: Sentence) -> Sequence[CardWords]:
    return [CardWords(text=piece.text, url=piece.href) for piece in sentence]
