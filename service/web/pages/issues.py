"""Issues: what hurts most people, or the best customers; and one issue with its evidence."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from service.domain.roles import Deed, may
from service.store import choices, delivery_views, tellings
from service.store.inbox import load_posts
from service.store.issue_detail import load_issue
from service.store.issue_views import IssueOrder, count_issues, find_issues, ungrouped_share
from service.web import charts
from service.web.auth import Who, requires
from service.web.queries import IssueQuery
from service.web.render import page
from service.web.site import TheSite

router = APIRouter()
_AGAIN = 5

STATES = (
    ("active", "Active"),
    ("quiet", "Quiet"),
    ("fixed", "Fixed"),
    ("muted", "Muted"),
    ("all", "All"),
)
ORDERS = (
    (IssueOrder.RECENT, "latest post"),
    (IssueOrder.PEOPLE, "people"),
    (IssueOrder.VALUE, "value at stake"),
)


@router.get("/issues", dependencies=[requires(Deed.READ)], include_in_schema=False)
def issues(request: Request, site: TheSite, query: Annotated[IssueQuery, Query()]) -> HTMLResponse:
    """The list, in the order that the reader chose."""
    now, zone = site.clock(), site.company.time_zone
    chosen = query.filter(default="active")
    with site.reading() as session:
        listed = find_issues(
            session, chosen, now=now, linkable=site.linkable, limit=query.limit, order=query.order, after=query.cursor
        )
        total = count_issues(session, chosen)
        loose, reporting = ungrouped_share(session, now=now)
        products = choices.of_posts(session).products
    return page(
        request,
        "issues.html",
        place="issues",
        title="Issues",
        query=query,
        given=query.model_dump(mode="json", exclude_unset=True, exclude={"cursor", "limit"}),
        listed=listed,
        total=total,
        sparks={view.number: charts.sparkline(view.recent, now=now, zone=zone) for view in listed.items},
        products=products,
        loose=loose,
        reporting=reporting,
        states=STATES,
        orders=ORDERS,
    )


@router.get("/issues/{number}", dependencies=[requires(Deed.READ)], include_in_schema=False)
def issue(request: Request, site: TheSite, by: Who, number: int) -> HTMLResponse:
    """One issue: how it moves, who it touches, what they wrote."""
    now, zone = site.clock(), site.company.time_zone
    with site.reading() as session:
        detail = load_issue(session, number, now=now, linkable=site.linkable)
        told = delivery_views.of_issue(session, number)
        telling = tellings.of_issue(session, number)
        closing = tellings.said_of_issue(session, number)
        again = load_posts(session, tellings.wrote_after(session, number)[:_AGAIN], linkable=site.linkable)
    return page(
        request,
        "issue.html",
        place="issues",
        title=detail.view.issue.title,
        detail=detail,
        told=told,
        telling=telling,
        closing=closing,
        again=list(again.values()),
        may_close=site.desk is not None and may(by.role, Deed.CLOSE),
        chart=charts.trend(detail.times, now=now, zone=zone, events=detail.releases),
    )
