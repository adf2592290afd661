"""Customers: found by whatever is known of a person, and everything about one on one page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from service.domain.roles import Deed, may
from service.store.records import count_customers, find_customers, load_record
from service.web import timeline
from service.web.auth import Who, requires
from service.web.queries import CustomerQuery
from service.web.queries import Query as QueryModel
from service.web.render import page
from service.web.site import TheSite

router = APIRouter()


class RecordQuery(QueryModel):
    """What the timeline shows."""

    show: timeline.Kind | None = None


@router.get("/customers", dependencies=[requires(Deed.READ)], include_in_schema=False)
def customers(request: Request, site: TheSite, query: Annotated[CustomerQuery, Query()]) -> HTMLResponse:
    """The list, searched."""
    with site.reading() as session:
        listed = find_customers(session, text=query.q, linkable=site.linkable, limit=query.limit, after=query.cursor)
        total = count_customers(session, text=query.q, linkable=site.linkable)
    return page(
        request, "customers.html", place="customers", title="Customers", query=query, listed=listed, total=total
    )


@router.get("/customers/{customer_id}", dependencies=[requires(Deed.READ)], include_in_schema=False)
def customer(
    request: Request, site: TheSite, by: Who, customer_id: int, query: Annotated[RecordQuery, Query()]
) -> HTMLResponse:
    """One customer's record."""
    with site.reading() as session:
        record = load_record(session, customer_id, linkable=site.linkable)
    return page(
        request,
        "customer.html",
        place="customers",
        title=record.view.customer.name,
        record=record,
        days=timeline.timeline(record, zone=site.company.time_zone, only=query.show),
        kinds=timeline.Kind,
        only=query.show,
        may_note=site.desk is not None and may(by.role, Deed.CONTACT),
    )
