"""Sources and their health, as JSON."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter

from service.domain.roles import Deed
from service.store.source_views import SourceView, list_sources
from service.web.api.listing import Item, Listing
from service.web.auth import requires
from service.web.site import Site, TheSite

router = APIRouter(prefix="/api")


class SourceItem(Item):
    """One source and how it is doing."""

    name: str
    kind: str
    product: str | None
    enabled: bool
    state: str
    state_reason: str
    every_minutes: int
    last_started_at: datetime | None
    last_succeeded_at: datetime | None
    next_due_at: datetime
    failure_count: int
    posts: int
    gone: int
    newest_post_at: datetime | None
    platform_total: int | None
    set_aside: int
    last_gap: str | None
    quiet_since: datetime | None  # silent for unusually long
    may_link: bool


@router.get("/sources", dependencies=[requires(Deed.READ)])
def get_sources(site: TheSite) -> Listing[SourceItem]:
    """All sources by name."""
    with site.reading() as session:
        listed = list_sources(session)
    return Listing(items=[_item(view, site) for view in listed], next=None, total=len(listed))


def _item(view: SourceView, site: Site) -> SourceItem:
    source = view.source
    return SourceItem(
        name=source.name,
        kind=source.kind,
        product=source.product,
        enabled=source.enabled,
        state=source.state,
        state_reason=source.state_reason,
        every_minutes=source.every_minutes,
        last_started_at=source.last_started_at,
        last_succeeded_at=source.last_succeeded_at,
        next_due_at=source.next_due_at,
        failure_count=source.failure_count,
        posts=view.post_count,
        gone=view.gone_count,
        newest_post_at=view.newest_post_at,
        platform_total=source.platform_total,
        set_aside=view.set_aside_count,
        last_gap=view.last_gap,
        quiet_since=source.quiet_since,
        may_link=site.linkable.allows(source),
    )
