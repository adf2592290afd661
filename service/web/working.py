"""What the pages' forms about a case say: to whom, until when, why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Form
from sqlmodel import Session

from service.actions import cases
from service.actions.actors import Actor
from service.domain.cases import sleeps_until, why_dismissed
from service.errors import Invalid
from service.pipeline.outcome import Outcome
from service.tools import Tools


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form about a case says beside its verb."""

    words: Annotated[str, Form(max_length=500)] = ""
    to: Annotated[int, Form()] = 0  # 0: nobody
    when: Annotated[str, Form(max_length=20)] = ""
    day: Annotated[str, Form(max_length=20)] = ""
    why: Annotated[str, Form(max_length=80)] = ""
    back: Annotated[str, Form(max_length=4000)] = ""  # the inbox's query, where it was asked for there


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """Who asks for what, with what it needs."""

    session: Session
    case_id: int
    asked: Asked
    by: Actor
    now: datetime
    tools: Tools


def _assign(work: Working) -> Outcome:
    if not work.asked.to:
        return cases.release(work.session, work.case_id, by=work.by, now=work.now)
    return cases.assign(work.session, work.case_id, to_user_id=work.asked.to, by=work.by, now=work.now)


def _snooze(work: Working) -> Outcome:
    here = work.now.astimezone(work.tools.company.time_zone)
    until = sleeps_until(work.asked.when, work.asked.day, here)
    if until is None:
        raise Invalid("Choose until when it should sleep.")
    return cases.snooze(work.session, work.case_id, until=until, by=work.by, now=work.now)


def _dismiss(work: Working) -> Outcome:
    why = why_dismissed(work.asked.why, work.asked.words)
    if work.asked.why and not why:
        raise Invalid("Say why, in a few words.")
    return cases.dismiss(work.session, work.case_id, reason=why, by=work.by, now=work.now)


VERBS: Mapping[str, Callable[[Working], Outcome]] = {
    "claim": lambda work: cases.claim(work.session, work.case_id, by=work.by, now=work.now),
    "release": lambda work: cases.release(work.session, work.case_id, by=work.by, now=work.now),
    "assign": _assign,
    "snooze": _snooze,
    "wake": lambda work: cases.wake(work.session, work.case_id, by=work.by, now=work.now),
    "dismiss": _dismiss,
    "solve": lambda work: cases.solve(work.session, work.case_id, by=work.by, now=work.now),
    "reopen": lambda work: cases.reopen(work.session, work.case_id, by=work.by, now=work.now),
    "escalate": lambda work: cases.escalate(
        work.session, work.case_id, note=work.asked.words, by=work.by, now=work.now, tools=work.tools
    ),
}
"""What may be asked for: the last part of the form's address."""
