"""The doors for signed webhooks, by the Standard Webhooks scheme: posts for a source, and a tracker's word on issues.

POST /hooks/in/NAME: the call is verified, kept in one transaction, and answered with 202; what it means is read later,
by its source. POST /hooks/issues/NUMBER acts at once. Nothing is told to a caller without the secret: not even which
sources and issues there are.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session
from starlette.exceptions import HTTPException

from service.actions import closing
from service.actions.actors import Actor
from service.actions.users import tracker_user
from service.domain.signatures import problem_of
from service.errors import Conflict, Invalid, NotAllowed, NotFound
from service.models import Issue
from service.models.columns import LARGEST_KEY
from service.pipeline.outcome import Outcome
from service.store import hook_calls
from service.store.database import transaction
from service.web.auth import open_to_anyone
from service.web.guard import body_of
from service.web.passports import hearing
from service.web.site import Desk, Site, TheSite, desk_of

router = APIRouter(prefix="/hooks")
_TICKETS = "issues"  # WEBHOOK_SECRET_ISSUES is its own secret
_log = logging.getLogger(__name__)


class Taken(BaseModel):
    """That a call was kept. `new` is false where it had been kept before."""

    new: bool


class Ticket(BaseModel):
    """What a tracker says of an issue of ours."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["fixed", "open"]
    version: str = Field("", max_length=60)  # in which it is fixed, as its reporters are told
    note: str = Field("", max_length=2000)  # for us alone: the ticket's key, how it was mended


class Standing(BaseModel):
    """How the issue stands now."""

    state: str


@router.post("/in/{source}", dependencies=[open_to_anyone()], status_code=202)
def take_call(site: TheSite, source: str, request: Request) -> Taken:
    """Keep one call. 401: not signed, or long ago; 403: no secret is set; 404: no such source; 413: too large."""
    body = _verified(site, source, request)
    name, now = request.headers.get("webhook-id", ""), site.clock()
    with transaction(site.engine) as session:
        new = hook_calls.keep(session, source, kinds=hearing(), name=name, content=body, now=now)
    return Taken(new=new)


@router.post("/issues/{number}", dependencies=[open_to_anyone()])
def take_ticket(site: TheSite, number: int, request: Request) -> Standing:
    """A tracker says that an issue is fixed, or is not after all: as on its page. Said again, it changes nothing.

    401, 403, 413 as for `take_call`; 404: no such issue; 409: it is merged or muted; 422: the body says something else.
    """
    body, now = _verified(site, _TICKETS, request), site.clock()
    if not 0 < number <= LARGEST_KEY:
        raise NotFound(f"There is no issue {number}.")
    try:
        told = Ticket.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(f"{'.'.join(map(str, first['loc'])) or 'The body'}: {first['msg']}.") from error
    desk = desk_of(site)
    with transaction(site.engine) as session:
        by = tracker_user(session, now=now)
        desk.queue(session, _told(session, number, told, by, now, desk).next)
        return Standing(state=session.get_one(Issue, number).state)


def _told(session: Session, number: int, told: Ticket, by: Actor, now: datetime, desk: Desk) -> Outcome:
    if told.state == "open":
        with suppress(Conflict):  # trackers tell the same thing several times
            return closing.unfix(session, number, by=by, now=now, tools=desk.tools)
        return Outcome()
    done = closing.fix(session, number, version=told.version, note=told.note, by=by, now=now, tools=desk.tools)
    closing.prepare(session, number, by=by, now=now, tools=desk.tools)
    return done


def _verified(site: Site, name: str, request: Request) -> bytes:
    """The body of a call that was signed with the secret of this name, or with the common one."""
    secrets = site.hooks.secrets(name)
    if not secrets:
        raise NotAllowed("No call is taken in before WEBHOOK_SECRET is set.")
    body = body_of(request)
    problem = problem_of(
        secrets,
        name=request.headers.get("webhook-id", ""),
        timestamp=request.headers.get("webhook-timestamp", ""),
        signatures=request.headers.get("webhook-signature", ""),
        body=body,
        now=site.clock(),
    )
    if problem is not None:
        _log.warning("hook_refused", extra={"source": repr(name[:80]), "problem": problem})
        raise HTTPException(401, problem)
    return body
