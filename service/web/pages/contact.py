"""Noting on a post's and on a customer's page that somebody does not want to be written to; and that they may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from service.actions import contact
from service.actions.actors import Actor
from service.domain.roles import Deed
from service.errors import NotFound
from service.pipeline.outcome import Outcome
from service.store.database import transaction
from service.web.auth import Who, requires
from service.web.correcting import from_our_own_page
from service.web.site import Site, TheSite, desk_of

router = APIRouter()
_Noting = [requires(Deed.CONTACT), Depends(from_our_own_page)]


@dataclass(frozen=True, slots=True)
class _Said:
    """What the form says beside its verb."""

    reason: Annotated[str, Form(max_length=500)] = ""
    refusal: Annotated[int, Form()] = 0


@router.post("/posts/{post_id}/contact/{verb}", dependencies=_Noting, include_in_schema=False)
def of_author(site: TheSite, by: Who, post_id: int, verb: str, said: Annotated[_Said, Depends()]) -> RedirectResponse:
    """The author of a post wants no words, or may be written to again."""
    with transaction(site.engine) as session:
        done = (
            contact.refuse_author(session, post_id, reason=said.reason, by=by, now=site.clock())
            if verb == "refuse"
            else _allowed(session, verb, said, by, site)
        )
        desk_of(site).queue(session, done.next)
    return RedirectResponse(f"/posts/{post_id}#contact", status_code=303)


@router.post("/customers/{customer_id}/contact/{verb}", dependencies=_Noting, include_in_schema=False)
def of_customer(
    site: TheSite, by: Who, customer_id: int, verb: str, said: Annotated[_Said, Depends()]
) -> RedirectResponse:
    """A customer wants no words, or may be written to again."""
    with transaction(site.engine) as session:
        done = (
            contact.refuse_customer(session, customer_id, reason=said.reason, by=by, now=site.clock())
            if verb == "refuse"
            else _allowed(session, verb, said, by, site)
        )
        desk_of(site).queue(session, done.next)
    return RedirectResponse(f"/customers/{customer_id}#contact", status_code=303)


def _allowed(session: Session, verb: str, said: _Said, by: Actor, site: Site) -> Outcome:
    if verb != "allow":
        raise NotFound(f"Nobody can {verb} contact.")
    return contact.withdraw(session, said.refusal, by=by, now=site.clock())
