"""Issues, as JSON."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query

from service.domain.roles import Deed
from service.errors import NotFound
from service.store.issue_views import IssueView, count_issues, find_issues, load_issues
from service.web.api.listing import Item, Listing
from service.web.auth import requires
from service.web.queries import IssueQuery
from service.web.site import TheSite

router = APIRouter(prefix="/api")


class IssueItem(Item):
    """One issue with what its posts stand for. `/api/posts?issue=<number>` lists them."""

    number: int
    title: str
    state: str
    state_reason: str
    product: str | None
    posts: int
    people: int
    customers: int
    value: Decimal  # the sum of those customers' orders
    currency: str
    versions: list[str]  # most frequent first
    languages: list[str]
    sources: list[str]
    change: str  # this week against last, in words
    first_post_at: datetime
    last_post_at: datetime
    opened_at: datetime
    state_changed_at: datetime
    merged_into: int | None


@router.get("/issues", dependencies=[requires(Deed.READ)])
def list_issues(site: TheSite, query: Annotated[IssueQuery, Query()]) -> Listing[IssueItem]:
    """Issues of every state, unless `state` names some."""
    chosen = query.filter(default="all")
    with site.reading() as session:
        found = find_issues(
            session,
            chosen,
            now=site.clock(),
            linkable=site.linkable,
            limit=query.limit,
            order=query.order,
            after=query.cursor,
        )
        total = count_issues(session, chosen)
    items = [_item(view, site.company.currency) for view in found.items]
    return Listing(items=items, next=found.next, total=total)


@router.get("/issues/{number}", dependencies=[requires(Deed.READ)])
def get_issue(site: TheSite, number: int) -> IssueItem:
    """One issue."""
    with site.reading() as session:
        view = load_issues(session, [number], now=site.clock(), linkable=site.linkable).get(number)
    if view is None:
        raise NotFound(f"There is no issue {number}.")
    return _item(view, site.company.currency)


def _item(view: IssueView, currency: str) -> IssueItem:
    issue = view.issue
    return IssueItem(
        number=view.number,
        title=issue.title,
        state=issue.state,
        state_reason=issue.state_reason,
        product=issue.product,
        posts=view.post_count,
        people=view.people,
        customers=view.customers,
        value=view.value,
        currency=currency,
        versions=list(view.versions),
        languages=list(view.languages),
        sources=list(view.sources),
        change=view.change,
        first_post_at=issue.first_post_at,
        last_post_at=issue.last_post_at,
        opened_at=issue.opened_at,
        state_changed_at=issue.state_changed_at,
        merged_into=issue.merged_into_id,
    )
