"""Closing the loop: say that an issue is fixed, look at the words for its reporters, let them leave, stop them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session

from service.actions import closing
from service.actions import tellings as actions
from service.actions.actors import Actor
from service.domain.closing import Standing
from service.domain.roles import Deed
from service.errors import NotFound
from service.models import Issue, Telling
from service.models.columns import id_of
from service.pipeline import cards
from service.pipeline.outcome import Outcome
from service.store import tellings
from service.store.database import transaction
from service.web.auth import Who, requires
from service.web.correcting import from_our_own_page
from service.web.render import page
from service.web.site import Site, TheSite, desk_of

router = APIRouter()
_Closing = [requires(Deed.CLOSE), Depends(from_our_own_page)]
_Working = [requires(Deed.WORK), Depends(from_our_own_page)]


@router.get("/issues/{number}/telling", dependencies=[requires(Deed.READ)], include_in_schema=False)
def telling(request: Request, site: TheSite, by: Who, number: int) -> HTMLResponse:
    """Everybody who reported an issue: the words for them, how far it has come, and who cannot be told."""
    tools = desk_of(site).tools
    with site.reading() as session:
        found = tellings.of_issue(session, number)
        if found is None:
            raise NotFound(f"Nobody prepared words for those who reported issue {number}.")
        issue = session.get_one(Issue, number)
        views = tellings.people(session, id_of(found))
        prepared_by, released_by = tellings.names(session, found)
    todo = actions.to_release(views)
    return page(
        request,
        "telling.html",
        place="issues",
        title="Tell those who reported it",
        telling=found,
        issue=issue,
        people=[each for each in views if each.standing is not Standing.CANNOT],
        cannot=[each for each in views if each.standing is Standing.CANNOT],
        summary=tellings.summary(views),
        todo=todo,
        can_tick=any(each.standing in actions.REVIEWED for each in views),
        second=actions.second_person(views, tools),
        wrote_it=by.user_id in actions.writers(found, todo),
        digest=actions.words_digest(views),
        pace=tools.replies.closing.pace,
        prepared_by=prepared_by,
        released_by=released_by,
    )


@router.post("/issues/{number}/fixed", dependencies=_Closing, include_in_schema=False)
def fixed(
    site: TheSite,
    by: Who,
    number: int,
    version: Annotated[str, Form(max_length=200)] = "",
    note: Annotated[str, Form(max_length=2000)] = "",
) -> RedirectResponse:
    """The issue is fixed; words are made for its reporters."""
    desk = desk_of(site)
    with transaction(site.engine) as session:
        done = closing.fix(session, number, version=version, note=note, by=by, now=site.clock(), tools=desk.tools)
        desk.queue(session, done.next)
    return prepare(site, by, number)


@router.post("/issues/{number}/not-fixed", dependencies=_Closing, include_in_schema=False)
def not_fixed(site: TheSite, by: Who, number: int) -> RedirectResponse:
    """It is not fixed after all."""
    with transaction(site.engine) as session:
        desk = desk_of(site)
        desk.queue(session, closing.unfix(session, number, by=by, now=site.clock(), tools=desk.tools).next)
    return RedirectResponse(f"/issues/{number}", status_code=303)


@router.post("/issues/{number}/telling", dependencies=_Closing, include_in_schema=False)
def prepare(site: TheSite, by: Who, number: int) -> RedirectResponse:
    """Words for everybody who reported it and has none yet."""
    with transaction(site.engine) as session:
        desk = desk_of(site)
        closing.prepare(session, number, by=by, now=site.clock(), tools=desk.tools)
        desk.queue(session, cards.of_issue(session, number))
    return RedirectResponse(f"/issues/{number}/telling", status_code=303)


@router.post("/tellings/{telling_id}/people/{person_id}", dependencies=_Working, include_in_schema=False)
def reword(
    site: TheSite, by: Who, telling_id: int, person_id: int, text: Annotated[str, Form(max_length=20_000)]
) -> RedirectResponse:
    """Other words for one person."""
    with transaction(site.engine) as session:
        actions.reword(session, telling_id, person_id, text, by=by, now=site.clock(), tools=desk_of(site).tools)
        return _back(session, telling_id, f"#person-{person_id}")


@dataclass(frozen=True, slots=True)
class _Said:
    """What the list's form says."""

    person: Annotated[list[int], Form(default_factory=list)]
    digest: Annotated[str, Form(max_length=64)] = ""


_Deciding = Callable[[Session, int, Actor, Site, _Said], Outcome]


def _ticks(session: Session, telling_id: int, by: Actor, site: Site, said: _Said) -> Outcome:
    actions.tick(session, telling_id, frozenset(said.person), by=by, now=site.clock())
    return Outcome()


def _release(session: Session, telling_id: int, by: Actor, site: Site, said: _Said) -> Outcome:
    actions.tick(session, telling_id, frozenset(said.person), by=by, now=site.clock())
    tools = desk_of(site).tools
    return actions.release(session, telling_id, digest=said.digest, by=by, now=site.clock(), tools=tools)


_VERBS: Mapping[str, _Deciding] = {
    "ticks": _ticks,
    "release": _release,
    "stop": lambda session, telling_id, by, site, _: actions.stop(session, telling_id, by=by, now=site.clock()),
    "go-on": lambda session, telling_id, by, site, _: actions.go_on(session, telling_id, by=by, now=site.clock()),
}


@router.post("/tellings/{telling_id}/{verb}", dependencies=_Working, include_in_schema=False)
def decide(site: TheSite, by: Who, telling_id: int, verb: str, said: Annotated[_Said, Depends()]) -> RedirectResponse:
    """Tick people, let the words leave, stop, or go on."""
    if verb not in _VERBS:
        raise NotFound(f"Nobody can {verb} a telling.")
    with transaction(site.engine) as session:
        desk_of(site).queue(session, _VERBS[verb](session, telling_id, by, site, said).next)
        return _back(session, telling_id)


def _back(session: Session, telling_id: int, at: str = "") -> RedirectResponse:
    issue_id = session.get_one(Telling, telling_id).issue_id
    return RedirectResponse(f"/issues/{issue_id}/telling{at}", status_code=303)
