"""Replies that wait for somebody, and what can be done about each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session

from service.actions import replies
from service.actions.actors import Actor
from service.domain.roles import Deed
from service.errors import NotFound
from service.models import Reply
from service.pipeline.outcome import Outcome
from service.store import reply_views
from service.store.database import transaction
from service.store.reply_views import Queue
from service.web.auth import Who, requires
from service.web.correcting import from_our_own_page
from service.web.pages.answering import able_of
from service.web.queries import Paged
from service.web.render import page
from service.web.site import Site, TheSite, desk_of

router = APIRouter()


class RepliesQuery(Paged):
    """Which replies to show."""

    queue: Queue | None = None
    limit: int = 20


@router.get("/replies", dependencies=[requires(Deed.READ)], include_in_schema=False)
def queue(request: Request, site: TheSite, by: Who, query: Annotated[RepliesQuery, Query()]) -> HTMLResponse:
    """The replies of one queue."""
    with site.reading() as session:
        listed = reply_views.find(session, query.queue, limit=query.limit, after=query.cursor)
        counted = reply_views.counts(session)
        total = counted[query.queue] if query.queue else reply_views.total(session)
    given = query.model_dump(mode="json", exclude_unset=True, exclude={"cursor", "limit"})
    return page(
        request,
        "replies.html",
        place="replies",
        title="Replies",
        query=query,
        given=given,
        listed=listed,
        counted=counted,
        total=total,
        able=able_of(site),
        by=by,
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What a button's form says beside its verb."""

    digest: Annotated[str, Form(max_length=64)] = ""
    reason: Annotated[str, Form(max_length=500)] = ""
    url: Annotated[str, Form(max_length=2000)] = ""


_Deciding = Callable[[Session, int, Actor, Site, _Said], Outcome]
_VERBS: Mapping[str, _Deciding] = {
    "publish": lambda session, reply, by, site, said: replies.publish(
        session, reply, text_digest=said.digest, by=by, now=site.clock(), tools=desk_of(site).tools
    ),
    "approve": lambda session, reply, by, site, said: replies.approve(
        session, reply, text_digest=said.digest, by=by, now=site.clock(), tools=desk_of(site).tools
    ),
    "send-back": lambda session, reply, by, site, said: replies.send_back(
        session, reply, reason=said.reason, by=by, now=site.clock()
    ),
    "undo": lambda session, reply, by, site, _: replies.undo(session, reply, by=by, now=site.clock()),
    "drop": lambda session, reply, by, site, _: replies.drop(session, reply, by=by, now=site.clock()),
    "retry": lambda session, reply, by, site, _: replies.retry(session, reply, by=by, now=site.clock()),
    "sent-by-hand": lambda session, reply, by, site, said: replies.sent_by_hand(
        session, reply, url=said.url or None, by=by, now=site.clock()
    ),
    "take-down": lambda session, reply, by, site, _: replies.take_down(
        session, reply, by=by, now=site.clock(), tools=desk_of(site).tools
    ),
    "taken-down-by-hand": lambda session, reply, by, site, _: replies.take_down(
        session, reply, by_hand=True, by=by, now=site.clock(), tools=desk_of(site).tools
    ),
}


@router.post(
    "/replies/{reply_id}/{verb}",
    dependencies=[requires(Deed.WRITE), Depends(from_our_own_page)],
    include_in_schema=False,
)
def decide(site: TheSite, by: Who, reply_id: int, verb: str, said: Annotated[_Said, Depends()]) -> RedirectResponse:
    """Publish a reply, approve it, take it back, or whatever else `verb` says."""
    if verb not in _VERBS:
        raise NotFound(f"Nobody can {verb} a reply.")
    with transaction(site.engine) as session:
        desk_of(site).queue(session, _VERBS[verb](session, reply_id, by, site, said).next)
        post_id = session.get_one(Reply, reply_id).post_id
    return RedirectResponse(f"/posts/{post_id}#answer", status_code=303)
