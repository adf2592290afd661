"""The inbox: saved views and a list on the left, one post on the right."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from service.actions.users import who_work
from service.domain.roles import Deed, may
from service.store import choices
from service.store.inbox import count_each, count_posts, find_posts, newest_id
from service.web import words
from service.web.auth import Who, requires
from service.web.queries import Id, PostQuery
from service.web.render import page
from service.web.site import Site, TheSite
from service.web.story import tell
from service.web.views import COUNTED_TO, FIRST, VIEWS

router = APIRouter()


class InboxQuery(PostQuery):
    """The list's filters, and which post stands beside it."""

    post: Id | None = None


class NewsQuery(PostQuery):
    """The list's filters, and up to which post the reader has it."""

    seen: int


@router.get("/", dependencies=[requires(Deed.READ)], include_in_schema=False)
def inbox(request: Request, site: TheSite, by: Who, query: Annotated[InboxQuery, Query()]) -> HTMLResponse:
    """The inbox."""
    now, zone = site.clock(), site.company.time_zone
    chosen = query.filter(now=now, zone=zone, view=FIRST)
    view = VIEWS[query.view or FIRST]
    order = query.order or view.order
    with site.reading() as session:
        newest = newest_id(session)
        listed = find_posts(session, chosen, linkable=site.linkable, limit=query.limit, after=query.cursor, order=order)
        counts = count_each(
            session,
            {**{name: each.filter_at(now) for name, each in VIEWS.items()}, "shown": chosen},
            linkable=site.linkable,
            at_most=COUNTED_TO,
        )
        post_id = query.post or (listed.items[0].id if listed.items else None)
        told = tell(session, site, post_id) if post_id else None
        offered = choices.of_posts(session)
        team = who_work(session)
    return page(
        request,
        "inbox.html",
        place="inbox",
        title=view.title,
        views=VIEWS,
        view=view,
        order=order,
        orders=words.ORDERS,
        counts=counts,
        counted_to=COUNTED_TO,
        query=query,
        given=_given(query),
        applied=_applied(query),
        listed=listed,
        told=told,
        offered=offered,
        newest=newest,
        heard_anything=newest > 0,
        by=by,
        team=team,
        may_work=site.desk is not None and may(by.role, Deed.WORK),
    )


@router.get("/inbox/new", dependencies=[requires(Deed.READ)], include_in_schema=False)
def news(site: TheSite, query: Annotated[NewsQuery, Query()]) -> dict[str, int]:
    """How many posts of the list came in after `seen`: what the page asks now and then."""
    return {"new": _newer(site, query)}


def _newer(site: Site, query: NewsQuery) -> int:
    chosen = query.filter(now=site.clock(), zone=site.company.time_zone, view=FIRST)
    with site.reading() as session:
        if newest_id(session) <= query.seen:
            return 0
        newer = chosen.since_id(query.seen)
        return count_posts(session, newer, linkable=site.linkable, at_most=COUNTED_TO)


def _given(query: InboxQuery) -> dict[str, Any]:
    """What the address says, for links that change a part of it."""
    return query.model_dump(mode="json", exclude_unset=True, exclude={"post", "cursor", "limit"})


def _applied(query: InboxQuery) -> list[tuple[str, str]]:
    """The filters besides the view: the name in the address, and what it says in words."""
    several = {
        "source": [*query.source],
        "product": [*query.product],
        "language": [words.language(each) for each in query.language],
        "sentiment": [words.sentiment(each) for each in query.sentiment],
        "intent": [words.intent(each) for each in query.intent],
        "topic": [words.topic(each) for each in query.topic],
    }
    single = {
        "q": query.q and f"“{query.q}”",
        "rating": query.rating and f"{query.rating} rating",
        "urgency": query.urgency is not None and f"urgency from {query.urgency:g}",
        "issue": query.issue and (f"issue #{query.issue}" if isinstance(query.issue, int) else f"{query.issue} issue"),
        "customer": query.customer
        and (f"customer {query.customer}" if isinstance(query.customer, int) else f"{query.customer} customer"),
        "author": query.author and f"author {query.author}",
        "state": query.state and words.plain(query.state),
        "spam": query.spam is not None and ("spam" if query.spam else "no spam"),
        "toxic": query.toxic is not None and ("abusive" if query.toxic else "not abusive"),
        "since": query.since and f"since {query.since}",
        "until": query.until and f"until {query.until}",
    }
    named = {name: " or ".join(values) for name, values in several.items()} | single
    return [(name, str(word)) for name, word in named.items() if word]
