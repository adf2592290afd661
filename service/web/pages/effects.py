"""Did it help? How fast and how often we reply, what authors did afterwards, and what of it is owed to the reply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from service.domain.metrics import (
    FEW,
    FOLLOWED_FOR,
    Estimate,
    first_response_hours,
    reply_effect,
    share_with_interval,
)
from service.domain.roles import Deed
from service.store import outcomes
from service.web.auth import requires
from service.web.render import page
from service.web.site import Site, TheSite

router = APIRouter()
_SHOWN = 50
_BY = {"platform": "By platform", "person": "By person", "template": "By template"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One line of the effect's table."""

    name: str
    of: Estimate


@router.get("/replies/effect", dependencies=[requires(Deed.READ)], include_in_schema=False)
def effect(request: Request, site: TheSite, days: Annotated[int, Query(ge=1, le=3650)] = 90) -> HTMLResponse:
    """The measures of the last so many days, with their intervals and what they rest on."""
    since = site.clock() - timedelta(days=days)
    with site.reading() as session:
        answered, cases = outcomes.answered_of(session, since=since)
        response = first_response_hours(outcomes.first_responses(session, since=since))
        after = outcomes.after_replies(session, since=since)
        whole, tables = _effects(session, site, days)
    return page(
        request,
        "effect.html",
        place="replies",
        title="Did it help?",
        days=days,
        spans=(30, 90, 365),
        share=share_with_interval(answered, cases),
        answered=answered,
        response=response,
        whole=whole,
        tables=tables,
        after=after[:_SHOWN],
        counted={
            "answered us": sum(each.answered for each in after),
            "raised the stars": sum(each.raised for each in after),
            "lowered the stars": sum(each.lowered for each in after),
            "edited the post": sum(each.edited for each in after),
            "wrote again": sum(each.wrote > 0 for each in after),
        },
        replies=len(after),
        few=FEW,
        followed_for=FOLLOWED_FOR.days,
    )


def _effects(session: Session, site: Site, days: int) -> tuple[Estimate, dict[str, list[Effect]]]:
    """Of all replies, and by what they have in common. Their authors must have had time, so it looks farther back."""
    now = site.clock()
    answered, others = outcomes.followed(session, since=now - timedelta(days=days) - FOLLOWED_FOR)
    tables = {
        title: [
            Effect(name=name, of=reply_effect(group, others, now=now))
            for name, group in outcomes.groups(answered, kind).items()
        ]
        for kind, title in _BY.items()
    }
    return reply_effect(answered, others, now=now), tables
