"""Deliveries, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from service.domain.roles import Deed
from service.store.delivery_views import count_deliveries, find_deliveries
from service.web.api.listing import Item, Listing
from service.web.auth import requires
from service.web.queries import DeliveryQuery
from service.web.site import TheSite

router = APIRouter(prefix="/api")


class DeliveryItem(Item):
    """One outgoing message: what, where to, why, and how far it came."""

    id: int
    key: str
    post_id: int | None
    issue_id: int | None
    source_id: int | None
    team: str | None
    event: str
    target: str
    address: str
    state: str
    reason: str
    rules: list[str]
    created_at: datetime
    sent_at: datetime | None
    remote_url: str | None
    attempt_count: int
    problem: str | None
    what_to_do: str | None
    payload: dict[str, Any] | None


@router.get("/deliveries", dependencies=[requires(Deed.READ)])
def list_deliveries(site: TheSite, query: Annotated[DeliveryQuery, Query()]) -> Listing[DeliveryItem]:
    """Deliveries, newest first."""
    chosen = query.filter()
    with site.reading() as session:
        found = find_deliveries(session, chosen, limit=query.limit, after=query.cursor)
        total = count_deliveries(session, chosen)
    items = [DeliveryItem.model_validate(delivery, from_attributes=True) for delivery in found.items]
    return Listing(items=items, next=found.next, total=total)
