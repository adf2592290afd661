"""Where we listen, and how each place is doing: what came, what did not, and when we listen again."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from service.actions import sources as actions
from service.domain.freshness import in_words
from service.domain.roles import Deed
from service.domain.routing import Destination
from service.store.backfills import progress_of
from service.store.database import transaction
from service.store.source_views import list_sources, load_history, load_source
from service.web import passports
from service.web.auth import Who, requires
from service.web.correcting import from_our_own_page
from service.web.render import page
from service.web.site import Site, TheSite

router = APIRouter()


@router.get("/sources", dependencies=[requires(Deed.READ)], include_in_schema=False)
def sources(request: Request, site: TheSite) -> HTMLResponse:
    """All of them."""
    with site.reading() as session:
        listed = list_sources(session)
    return page(
        request, "sources.html", place="sources", title="Sources", listed=listed, usual=in_words, alarms=_alarms(site)
    )


def _alarms(site: Site) -> Sequence[Destination] | None:
    """Who hears of a source that needs somebody; None where the pages do not know the configuration."""
    return site.desk.tools.alarms if site.desk else None


@router.get("/sources/{name}", dependencies=[requires(Deed.READ)], include_in_schema=False)
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
        alarms=_alarms(site),
        usual=in_words,
        fetched=progress_of(history.backfill) if history.backfill else None,
        spec=spec,
        passport=passports.in_words(spec.passport, may_link=may_link) if spec else [],
    )


@router.post(
    "/sources/{name}/retry", dependencies=[requires(Deed.CORRECT), Depends(from_our_own_page)], include_in_schema=False
)
def retry(site: TheSite, by: Who, name: str) -> RedirectResponse:
    """Have it asked again, although it is parked or waiting."""
    with transaction(site.engine) as session:
        actions.try_again(session, name, by=by.name, now=site.clock())
    return RedirectResponse(f"/sources/{name}", status_code=303)
