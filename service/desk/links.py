"""Links to our own pages in messages: what is behind them, as far as passport and role let it be shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from sqlmodel import Session

from integrations.base import Payload
from integrations.slack.views import found
from integrations.slack.views.found import Hit
from integrations.slack.views.post import ShownPost
from service.actions.actors import require
from service.desk.commands import issue_hit
from service.desk.visit import Visit
from service.domain.people import shown_name
from service.domain.roles import Deed
from service.domain.wording import money
from service.store.database import transaction
from service.store.inbox import load_posts
from service.store.issue_views import load_issues
from service.store.records import load_customers

_PAGE = re.compile(r"/(posts|issues|customers)/(\d{1,18})/?")


def unfold(visit: Visit) -> None:
    """Show what is behind each link to a page of ours; other links are nobody's business here."""
    with transaction(visit.tools.engine) as session:
        require(visit.by, Deed.READ, session=session)
        shown = {url: blocks for url in visit.heard.links if (blocks := _blocks(session, visit, url))}
    if shown:
        heard = visit.heard
        visit.slack.unfurl(
            shown, channel=heard.channel, ts=heard.message_ts, unfurl_id=heard.unfurl_id, source=heard.source
        )


def _blocks(session: Session, visit: Visit, url: str) -> Sequence[Payload]:
    page = _ours(url, visit.tools.page_url)
    if page is None:
        return ()
    what, number = page
    return {"posts": _post, "issues": _issue, "customers": _customer}[what](session, visit, number, url)


def _ours(url: str, page_url: str) -> tuple[str, int] | None:
    """Which page of ours an address leads to; None where it is none of ours. The host and port must be the same."""
    try:
        asked, ours = urlsplit(url), urlsplit(page_url)
        same = (asked.scheme, asked.hostname, asked.port) == (ours.scheme, ours.hostname, ours.port)
    except ValueError:
        return None
    under = ours.path.rstrip("/")
    if not same or not asked.path.startswith(under):
        return None
    found_page = _PAGE.fullmatch(asked.path[len(under) :])
    return (found_page[1], int(found_page[2])) if found_page else None


def _post(session: Session, visit: Visit, number: int, url: str) -> Sequence[Payload]:
    tools = visit.tools
    view = load_posts(session, [number], linkable=tools.linkable).get(number)
    if view is None or view.post.deleted_at is not None:
        return ()
    post, author = view.post, view.author
    shown = ShownPost(
        source=tools.source_title(view.source),
        author=shown_name(author.name or author.handle or author.account) if author else "",
        text=post.text,
        created_at=post.created_at,
        title=post.title,
        rating=post.rating_label,
        url=post.url,
    )
    facts = [
        view.case_state or "",
        f"issue #{view.issue.number} {view.issue.title}" if view.issue else "",
    ]
    return found.unfurled_post(shown, facts, url)


def _issue(session: Session, visit: Visit, number: int, url: str) -> Sequence[Payload]:
    del url
    tools = visit.tools
    views = load_issues(session, [number], now=tools.clock(), linkable=tools.linkable)
    return [block for view in views.values() for block in found.unfurled(issue_hit(visit, view))]


def _customer(session: Session, visit: Visit, number: int, url: str) -> Sequence[Payload]:
    """What they are to us and no name: whoever is in the channel sees it, also people who may not see records."""
    tools = visit.tools
    view = load_customers(session, [number], linkable=tools.linkable).get(number)
    if view is None:
        return ()
    facts = [view.customer.lifecycle, money(float(view.value), tools.company.currency)]
    return found.unfurled(Hit(kind="Customer", title=f"record {number}", facts=facts, url=url))
