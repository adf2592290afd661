"""Answering a post: whose it is, what to say, and the form that says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlmodel import Session

from integrations.counting import count
from service.actions import cases, replies, suggestions
from service.actions.actors import Actor
from service.domain.replies import clean, text_digest
from service.domain.roles import Deed
from service.errors import NotAllowed, NotFound
from service.models import Reply, Source
from service.models.columns import id_of
from service.store.database import transaction
from service.web.auth import Who, requires
from service.web.correcting import as_json, from_our_own_page
from service.web.render import page
from service.web.site import Site, TheSite, desk_of
from service.web.story import tell
from service.web.working import VERBS, Asked, Working

router = APIRouter()


def able_of(site: Site) -> Callable[[Source], replies.Able]:
    """What a program can do about a reply that stands at a source, for templates."""
    desk = site.desk
    return lambda source: replies.able(source, desk.tools) if desk else replies.Able(changes=False, removes=False)


@router.get("/posts/{post_id}/answer", dependencies=[requires(Deed.WRITE)], include_in_schema=False)
def answer(request: Request, site: TheSite, by: Who, post_id: int, reply: int | None = None) -> HTMLResponse:
    """The post as its platform shows it now, and a form for the reply; with `reply`, for other words of that one."""
    tools = desk_of(site).tools
    seen = replies.look(post_id, tools)  # before any transaction: it waits for others
    with site.reading() as session:
        told = tell(session, site, post_id)
        offered = suggestions.drafts_for(session, post_id, by=by, tools=tools)
        held = session.get(Reply, reply) if reply is not None else None
    return page(
        request,
        "answer.html",
        place="inbox",
        title="Answer",
        told=told,
        seen=seen,
        offered=offered,
        reply=held,
        by=by,
        able=able_of(site),
    )


@dataclass(frozen=True, slots=True)
class _Given:
    """What the form says."""

    text: Annotated[str, Form()]
    seen: Annotated[str, Form(max_length=2000)]
    version: Annotated[int, Form()]
    template: Annotated[str, Form(max_length=80)] = ""
    reply: Annotated[int | None, Form()] = None
    answers_refusal: Annotated[int | None, Form()] = None
    then: Annotated[str, Form(pattern="^(keep|publish|change|changed)$")] = "keep"


@router.post(
    "/posts/{post_id}/answer",
    dependencies=[requires(Deed.WRITE), Depends(from_our_own_page)],
    include_in_schema=False,
)
def keep(site: TheSite, by: Who, post_id: int, given: Annotated[_Given, Depends()]) -> RedirectResponse:
    """Keep the draft, and publish it where its writer may and wants to."""
    desk = desk_of(site)
    with transaction(site.engine) as session:
        if given.then in ("change", "changed") and given.reply is not None:
            changed = replies.edit(
                session,
                given.reply,
                given.text,
                by_hand=given.then == "changed",
                answers_refusal=given.answers_refusal,
                by=by,
                now=site.clock(),
                tools=desk.tools,
            )
            desk.queue(session, changed.next)
            return _back(post_id)
        kept = _kept(session, post_id, given, by=by, site=site)
        kept_id, digest = id_of(kept), text_digest(kept.text)
    if given.then == "publish":
        try:
            with transaction(site.engine) as session:
                left = replies.publish(session, kept_id, text_digest=digest, by=by, now=site.clock(), tools=desk.tools)
                desk.queue(session, left.next)
        except NotAllowed:
            return _back(post_id)  # the draft waits, and the page says for whom
    return _back(post_id)


def _kept(session: Session, post_id: int, given: _Given, *, by: Actor, site: Site) -> Reply:
    desk = desk_of(site)
    if given.reply is not None:
        return replies.reword(
            session,
            given.reply,
            given.text,
            seen_digest=given.seen,
            post_version=given.version,
            answers_refusal=given.answers_refusal,
            by=by,
            now=site.clock(),
            tools=desk.tools,
            queue=desk.queue,
        )
    return replies.draft(
        session,
        cases.open_case(session, post_id, by=by, now=site.clock()),
        given.text,
        seen_digest=given.seen,
        post_version=given.version,
        template=given.template or None,
        answers_refusal=given.answers_refusal,
        by=by,
        now=site.clock(),
        tools=desk.tools,
        queue=desk.queue,
    )


class Text(BaseModel):
    """What is to be counted."""

    text: str = Field(max_length=100_000)


@router.post("/posts/{post_id}/length", dependencies=[requires(Deed.WRITE), Depends(as_json)], include_in_schema=False)
def length(site: TheSite, post_id: int, given: Text) -> dict[str, int | None]:
    """How long a text is as the post's platform counts, and how long it may be."""
    tools = desk_of(site).tools
    with site.reading() as session:
        _, source = replies.post_and_source(session, post_id)
    rules = tools.reply_rules(source)
    text = clean(given.text)
    return {"length": count(text, rules.counting) if rules else len(text), "limit": rules.limit if rules else None}


@router.post(
    "/posts/{post_id}/case/{verb}",
    dependencies=[requires(Deed.WORK), Depends(from_our_own_page)],
    include_in_schema=False,
)
def work(site: TheSite, by: Who, post_id: int, verb: str, asked: Annotated[Asked, Depends()]) -> RedirectResponse:
    """Claim the post's case, close it, or whatever else `verb` says; then back to where it was asked for."""
    if verb not in VERBS:
        raise NotFound(f"Nobody can {verb} a case.")
    desk = desk_of(site)
    with transaction(site.engine) as session:
        case_id = cases.open_case(session, post_id, by=by, now=site.clock())
        done = VERBS[verb](
            Working(session=session, case_id=case_id, asked=asked, by=by, now=site.clock(), tools=desk.tools)
        )
        desk.queue(session, done.next)
    return RedirectResponse(f"/{asked.back}", status_code=303) if asked.back.startswith("?") else _back(post_id)


def _back(post_id: int) -> RedirectResponse:
    return RedirectResponse(f"/posts/{post_id}#answer", status_code=303)
