"""The door for signed webhooks: POST /hooks/in/NAME, by the Standard Webhooks scheme.

A call is verified, kept in one transaction, and answered with 202; what it means is read later, by its source. Nothing
is told to a caller without the secret: not even which sources there are.
"""

from __future__ import annotations

import logging

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from service.domain.signatures import problem_of
from service.errors import NotAllowed
from service.store import hook_calls
from service.store.database import transaction
from service.web.auth import open_to_anyone
from service.web.guard import body_of
from service.web.passports import hearing
from service.web.site import TheSite

router = APIRouter(prefix="/hooks")
_log = logging.getLogger(__name__)


class Taken(BaseModel):
    """That a call was kept. `new` is false where it had been kept before."""

    new: bool


@router.post("/in/{source}", dependencies=[open_to_anyone()], status_code=202)
def take_call(site: TheSite, source: str, request: Request) -> Taken:
    """Keep one call. 401: not signed, or long ago; 403: no secret is set; 404: no such source; 413: too large."""
    secrets = site.hooks.secrets(source)
    if not secrets:
        raise NotAllowed("No call is taken in before WEBHOOK_SECRET is set.")
    body, now = body_of(request), site.clock()
    name = request.headers.get("webhook-id", "")
    problem = problem_of(
        secrets,
        name=name,
        timestamp=request.headers.get("webhook-timestamp", ""),
        signatures=request.headers.get("webhook-signature", ""),
        body=body,
        now=now,
    )
    if problem is not None:
        _log.warning("hook_refused", extra={"source": repr(source[:80]), "problem": problem})
        raise HTTPException(401, problem)
    with transaction(site.engine) as session:
        new = hook_calls.keep(session, source, kinds=hearing(), name=name, content=body, now=now)
    return Taken(new=new)
