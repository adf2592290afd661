"""What the command palette finds: people, issues, posts, and places to go."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlmodel import Session

from service.domain.roles import Deed
from service.store.inbox import find_posts
from service.store.issue_views import IssueFilter, find_issues
from service.store.post_filter import PostFilter
from service.store.records import find_customers
from service.web import words
from service.web.auth import requires
from service.web.queries import Query as QueryModel
from service.web.queries import Word
from service.web.render import PLACES
from service.web.site import Site, TheSite
from service.web.views import VIEWS

router = APIRouter()

_EACH = 5


class SearchQuery(QueryModel):
    """What was typed."""

    q: Word = ""


class Hit(BaseModel):
    """Something to go to."""

    kind: str
    title: str
    hint: str
    href: str


@router.get("/search", dependencies=[requires(Deed.READ)], include_in_schema=False)
def search(site: TheSite, query: Annotated[SearchQuery, Query()]) -> list[Hit]:
    """The best few of each kind."""
    places = _places(query.q)
    if len(query.q) < 2:
        return places
    with site.reading() as session:
        return [
            *places,
            *_people(session, site, query.q),
            *_issues(session, site, query.q),
            *_posts(session, site, query.q),
        ]


def _places(text: str) -> list[Hit]:
    every = [Hit(kind="Go to", title=place.title, hint="", href=place.href) for place in PLACES]
    every += [Hit(kind="Go to", title=view.title, hint="Inbox", href=f"/?view={view.name}") for view in VIEWS.values()]
    return [hit for hit in every if text.lower() in hit.title.lower()][: _EACH if text else None]


def _people(session: Session, site: Site, text: str) -> list[Hit]:
    found = find_customers(session, text=text, linkable=site.linkable, limit=_EACH)
    return [
        Hit(
            kind="Customers",
            title=view.customer.name,
            hint=view.customer.email or words.lifecycle(view.customer.lifecycle),
            href=f"/customers/{view.id}",
        )
        for view in found.items
    ]


def _issues(session: Session, site: Site, text: str) -> list[Hit]:
    found = find_issues(session, IssueFilter(text=text), now=site.clock(), linkable=site.linkable, limit=_EACH)
    return [
        Hit(
            kind="Issues",
            title=view.issue.title,
            hint=f"#{view.number}, {words.count(view.post_count, 'post')}",
            href=f"/issues/{view.number}",
        )
        for view in found.items
    ]


def _posts(session: Session, site: Site, text: str) -> list[Hit]:
    chosen = PostFilter(text=text, spam=False, deleted=False)
    found = find_posts(session, chosen, linkable=site.linkable, limit=_EACH)
    return [
        Hit(
            kind="Posts",
            title=view.post.title or view.post.text[:90],
            hint=view.source.name,
            href=f"/posts/{view.id}",
        )
        for view in found.items
    ]
