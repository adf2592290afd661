"""Saying in Slack what is right about a reading."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session, col

from integrations.slack import names
from integrations.slack.views import labels, outcome
from nlp.base import Intent, Sentiment
from service.actions import correct
from service.actions.actors import require
from service.desk import seeing
from service.desk.given import carried, number, several, show, written
from service.desk.seeing import Subject
from service.desk.visit import Note, Visit
from service.domain.corrections import HOLDS_FROM, INTENT, NO, SENTIMENT, SPAM, TOPIC, TOXIC, YES, Origin
from service.domain.roles import Deed
from service.models import Reading
from service.pipeline import cards
from service.store import choices
from service.store.database import transaction

_TITLE = "Wrong label"


def open_form(visit: Visit) -> None:
    """What the models said, to be put right."""
    with transaction(visit.tools.engine) as session:
        require(visit.by, Deed.CORRECT, session=session)
        about = seeing.of_case(session, number(visit.heard.value), visit.tools)
        view = labels.form(_labels(session, about))
    show(visit, view)


def at_once(visit: Visit) -> None:
    """One tap: the button's value is head and answer, such as "intent:bug_report=no"."""
    head, _, value = visit.heard.value.rpartition("=")
    _say(visit, {head: value})
    if visit.heard.view is not None:
        told = outcome.notice(_TITLE, "Noted. It is shown at once, and Earful learns from it.")
        visit.slack.update_view(visit.heard.view.id, told)


def submit(visit: Visit) -> None:
    """All that is different from what holds."""
    with transaction(visit.tools.engine) as session:
        about = seeing.of_case(session, carried(visit, "case"), visit.tools)
        reading = _reading(session, about.post_id)
    changed = _changed(visit, reading)
    if changed:
        _say(visit, changed)


def _say(visit: Visit, said: dict[str, str]) -> None:
    case_id, version = carried(visit, "case"), carried(visit, "version")

    def act(session: Session) -> Note:
        require(visit.by, Deed.CORRECT, session=session)
        post_id = seeing.of_case(session, case_id, visit.tools).post_id
        now = visit.tools.clock()
        correct.label(session, post_id, said, by=visit.by.name, origin=Origin.COMPLAINT, now=now, version=version)
        visit.after(session, cards.of_post(session, post_id))
        return {}

    visit.once("deed", act)


def _reading(session: Session, post_id: int) -> Reading | None:
    return session.scalars(select(Reading).where(col(Reading.post_id) == post_id)).one_or_none()


def _labels(session: Session, about: Subject) -> labels.Labels:
    reading = _reading(session, about.post_id)
    return labels.Labels(
        post=about.shown,
        sentiment=reading.sentiment if reading else None,
        intents=list(reading.intents) if reading else [],
        topics=list(reading.topics) if reading else [],
        marks=_marks(reading),
        sentiments=list(Sentiment),
        every_intent=list(Intent),
        every_topic=list(choices.of_posts(session).topics),
        metadata={"case": about.case_id, "version": about.version},
    )


def _marks(reading: Reading | None) -> list[str]:
    if reading is None:
        return []
    return [head for head, score in ((SPAM, reading.spam), (TOXIC, reading.toxicity)) if score >= HOLDS_FROM]


def _changed(visit: Visit, reading: Reading | None) -> dict[str, str]:
    """By head, what was chosen otherwise than what holds."""
    sentiment = written(visit, names.FIELD_SENTIMENT)
    said = {SENTIMENT: sentiment} if sentiment and sentiment != (reading.sentiment if reading else None) else {}
    for field, kind, held in (
        (names.FIELD_INTENTS, INTENT, set(reading.intents) if reading else set()),
        (names.FIELD_TOPICS, TOPIC, set(reading.topics) if reading else set()),
        (names.FIELD_MARKS, "", set(_marks(reading))),
    ):
        if field in visit.heard.blocks:
            chosen = set(several(visit, field))
            said |= {f"{kind}{name}": YES for name in chosen - held}
            said |= {f"{kind}{name}": NO for name in held - chosen}
    return said
