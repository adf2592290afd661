"""What left, or would leave: each card as Slack shows it, with its state and what stands in its way."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from service.domain.roles import Deed
from service.models import Delivery
from service.store.delivery_views import channels, count_deliveries, find_deliveries, source_names
from service.web.auth import requires
from service.web.queries import DeliveryQuery
from service.web.render import page
from service.web.site import Site, TheSite
from service.web.slack_preview import render

router = APIRouter()


class CardsQuery(DeliveryQuery):
    """As for the API, but fewer at a time: cards are tall."""

    limit: int = 20


@router.get("/deliveries", dependencies=[requires(Deed.READ)], include_in_schema=False)
def deliveries(request: Request, site: TheSite, query: Annotated[CardsQuery, Query()]) -> HTMLResponse:
    """The cards, channel by channel."""
    chosen = query.filter()
    with site.reading() as session:
        listed = find_deliveries(session, chosen, limit=query.limit, after=query.cursor)
        total = count_deliveries(session, chosen)
        known = channels(session)
        sources = source_names(session, listed.items)
    return page(
        request,
        "deliveries.html",
        place="deliveries",
        title=query.channel or "Slack",
        query=query,
        given=query.model_dump(mode="json", exclude_unset=True, exclude={"cursor", "limit"}),
        listed=listed,
        total=total,
        channels=known,
        sources=sources,
        cards={delivery.id: _card(site, delivery) for delivery in listed.items},
    )


def _card(site: Site, delivery: Delivery) -> Markup | None:
    if delivery.payload is None:
        return None
    return render(delivery.payload, sent_at=delivery.sent_at, now=site.clock(), zone=site.company.time_zone)
