"""How well the models read, by people's labels; ten readings to check; and the forms by which people label."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from service.actions.correct import label, withdraw
from service.domain.corrections import Origin
from service.domain.roles import Deed
from service.errors import NotFound
from service.store import corrections, corrections_report
from service.store.database import transaction
from service.store.inbox import load_posts
from service.web.auth import Who, requires
from service.web.correcting import confirmed, from_our_own_page, labels_of
from service.web.render import page
from service.web.site import TheSite

router = APIRouter()
_ReadingRole = [requires(Deed.READ)]
_ChangingRole = [requires(Deed.CORRECT), Depends(from_our_own_page)]
_TEN, _NEWEST = 10, 50


@router.get("/corrections", dependencies=_ReadingRole, include_in_schema=False)
def overview(request: Request, site: TheSite) -> HTMLResponse:
    """Accuracy with its intervals, what became of the last lesson, and the labels that were given last."""
    with site.reading() as session:
        context: dict[str, Any] = {
            "heads": corrections_report.by_head(session),
            "languages": corrections_report.by_language(session),
            "sources": corrections_report.by_source(session),
            "lesson": corrections.last_lesson(session),
            "waiting": corrections.waiting_to_be_read_again(session),
            "newest": corrections.newest(session, most=_NEWEST),
        }
    return page(request, "corrections.html", place="corrections", title="How well it reads", **context)


@router.get("/corrections/check", dependencies=_ReadingRole, include_in_schema=False)
def check(request: Request, site: TheSite) -> HTMLResponse:
    """Ten readings drawn by chance, to be called right or put right."""
    with site.reading() as session:
        drawn = corrections_report.sample(session, most=_TEN)
        found = load_posts(session, drawn, linkable=site.linkable)
    views = [found[number] for number in drawn if number in found]
    return page(request, "corrections_check.html", place="corrections", title="Check ten readings", views=views)


@router.post("/posts/{post_id}/corrections", dependencies=_ChangingRole, include_in_schema=False)
def say(
    site: TheSite,
    by: Who,
    post_id: int,
    version: Annotated[int, Form()],
    given: Annotated[list[str], Form(alias="label")] = [],  # noqa: B006  FastAPI copies it
    right: Annotated[bool, Form()] = False,
    sample: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Store what somebody says of a post, or that all of its reading is right."""
    with transaction(site.engine) as session:
        labels = labels_of(given)
        if right:
            view = load_posts(session, [post_id], linkable=site.linkable).get(post_id)
            if view is None:
                raise NotFound(f"There is no post {post_id}.")
            labels = confirmed(view.reading) | labels
        origin = Origin.SAMPLE if sample else Origin.COMPLAINT
        label(session, post_id, labels, by=by.name, origin=origin, now=site.clock(), version=version)
    return RedirectResponse("/corrections/check" if sample else f"/posts/{post_id}#said", status_code=303)


@router.post("/corrections/{correction_id}/withdraw", dependencies=_ChangingRole, include_in_schema=False)
def take_back(site: TheSite, by: Who, correction_id: int) -> RedirectResponse:
    """Take a label back."""
    with transaction(site.engine) as session:
        found = withdraw(session, correction_id, by=by.name, now=site.clock())
    return RedirectResponse(f"/posts/{found.post_id}#said", status_code=303)


@router.post("/corrections/apply", dependencies=_ChangingRole, include_in_schema=False)
def apply(site: TheSite) -> RedirectResponse:
    """Have past posts read again with what was learnt."""
    with transaction(site.engine) as session:
        corrections.read_again(session)
    return RedirectResponse("/corrections", status_code=303)
