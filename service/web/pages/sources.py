"""Where we listen, and how each place is doing: what came, what did not, and when we listen again."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service.store.source_views import list_sources, load_history, load_source
from service.web import passports
from service.web.auth import Role, requires
from service.web.render import page
from service.web.site import TheSite

router = APIRouter()


@router.get("/sources", dependencies=[requires(Role.VIEWER)], include_in_schema=False)
def sources(request: Request, site: TheSite) -> HTMLResponse:
    """All of them."""
    with site.reading() as session:
        listed = list_sources(session)
    return page(request, "sources.html", place="sources", title="Sources", listed=listed)


@router.get("/sources/{name}", dependencies=[requires(Role.VIEWER)], include_in_schema=False)
def source(request: Request, site: TheSite, name: str) -> HTMLResponse:
    """One, with its runs, what was set aside, what was missed, and its passport."""
    with site.reading() as session:
        view = load_source(session, name)
        history = load_history(session, view.id)
    spec = passports.spec_of(view.source.kind)
    may_link = site.linkable.allows(view.source)
    return page(
        request,
        "source.html",
        place="sources",
        title=view.source.name,
        view=view,
        history=history,
        spec=spec,
        passport=passports.in_words(spec.passport, may_link=may_link) if spec else [],
    )
