"""The digest: what a period brought, for everybody or for one team; the same that is mailed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from service.clock import Clock
from service.configuration.company import Company, Team
from service.digest import html
from service.domain import periods
from service.domain.digest import Digest
from service.domain.roles import Deed
from service.domain.wording import did_you_mean
from service.errors import Invalid, NotFound
from service.models import Source
from service.pipeline.digest import compute
from service.web.auth import open_to_anyone, requires
from service.web.queries import Query as QueryModel
from service.web.queries import Word
from service.web.render import THEMES, page
from service.web.site import CompanyLike, Site, TheSite

router = APIRouter()

SPANS = (("1d", "Yesterday"), ("7d", "7 days"), ("14d", "14 days"), ("30d", "30 days"))


class DigestQuery(QueryModel):
    """Which digest."""

    team: Word | None = None
    since: Word = "7d"
    until: Word | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Needs:
    """What a digest asks of this process."""

    clock: Clock
    company: CompanyLike
    may_link: Callable[[Source], bool]


@router.get("/digest", dependencies=[requires(Deed.READ)], include_in_schema=False)
def digest(request: Request, site: TheSite, query: Annotated[DigestQuery, Query()]) -> HTMLResponse:
    """The page."""
    found = _compute(site, query)
    theme = request.cookies.get("theme", "")
    return page(
        request,
        "digest.html",
        place="digest",
        title="Digest",
        body=html.fragment(found, theme=theme if theme in THEMES else ""),
        query=query,
        given=query.model_dump(exclude_unset=True),
        spans=SPANS,
        teams=[team.name for team in _teams(site)],
    )


@router.get("/digest/file", dependencies=[requires(Deed.READ)], include_in_schema=False)
def digest_file(request: Request, site: TheSite, query: Annotated[DigestQuery, Query()]) -> Response:
    """The same as one file, to keep or to mail."""
    found = _compute(site, query)
    name = f"digest-{found.period.last_day.isoformat()}.html"
    return Response(
        html.document(found, page_url=str(request.base_url).rstrip("/")),
        media_type="text/html; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/digest.css", dependencies=[open_to_anyone()], include_in_schema=False)
def style() -> Response:
    """The style sheet that the digest has of its own."""
    return Response(html.page_style(), media_type="text/css; charset=utf-8")


def _compute(site: Site, query: DigestQuery) -> Digest:
    try:
        period = periods.choose(query.since, query.until, now=site.clock(), zone=site.company.time_zone)
    except ValueError as error:
        raise Invalid(str(error)) from error
    team = _team(site, query.team) if query.team else None
    needs = _Needs(clock=site.clock, company=site.company, may_link=site.linkable.allows)
    with site.reading() as session:
        return compute(session, needs, period, team)


def _team(site: Site, name: str) -> Team:
    for team in _teams(site):
        if team.name.casefold() == name.casefold():
            return team
    raise NotFound(f"There is no team “{name}”. {did_you_mean(name, [team.name for team in _teams(site)])}")


def _teams(site: Site) -> tuple[Team, ...]:
    return site.company.teams if isinstance(site.company, Company) else ()
