"""Customers, as JSON."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query

from service.domain.roles import Deed
from service.errors import NotFound
from service.store.records import CustomerView, count_customers, find_customers, load_customers
from service.web.api.listing import Item, Listing
from service.web.auth import requires
from service.web.queries import CustomerQuery
from service.web.site import TheSite

router = APIRouter(prefix="/api")


class CustomerItem(Item):
    """One customer with their figures."""

    id: int
    external_id: str | None
    name: str
    email: str | None
    email_verified: bool
    country: str | None
    organisation: str | None
    lifecycle: str
    segments: list[str]
    since: date | None
    created_at: datetime
    created_because: str
    orders: int
    value: Decimal  # the sum of their orders
    currency: str
    posts: int
    last_post_at: datetime | None


@router.get("/customers", dependencies=[requires(Deed.READ)])
def list_customers(site: TheSite, query: Annotated[CustomerQuery, Query()]) -> Listing[CustomerItem]:
    """Customers, the most valuable first."""
    with site.reading() as session:
        found = find_customers(session, text=query.q, linkable=site.linkable, limit=query.limit, after=query.cursor)
        total = count_customers(session, text=query.q, linkable=site.linkable)
    items = [_item(view, site.company.currency) for view in found.items]
    return Listing(items=items, next=found.next, total=total)


@router.get("/customers/{customer_id}", dependencies=[requires(Deed.READ)])
def get_customer(site: TheSite, customer_id: int) -> CustomerItem:
    """One customer."""
    with site.reading() as session:
        view = load_customers(session, [customer_id], linkable=site.linkable).get(customer_id)
    if view is None:
        raise NotFound(f"There is no customer {customer_id}.")
    return _item(view, site.company.currency)


def _item(view: CustomerView, currency: str) -> CustomerItem:
    customer = view.customer
    return CustomerItem(
        id=view.id,
        external_id=customer.external_id,
        name=customer.name,
        email=customer.email,
        email_verified=customer.email_verified,
        country=customer.country,
        organisation=view.organisation,
        lifecycle=customer.lifecycle,
        segments=customer.segments,
        since=customer.since,
        created_at=customer.created_at,
        created_because=customer.created_because,
        orders=view.order_count,
        value=view.value,
        currency=currency,
        posts=view.post_count,
        last_post_at=view.last_post_at,
    )
