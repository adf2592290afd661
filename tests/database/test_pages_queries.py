"""How the pages ask the store: as many questions for many rows as for few, and only of indexes where it is large."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session

from service.store.database import transaction
from service.store.inbox import find_posts
from service.store.issue_views import IssueFilter, find_issues
from service.store.linkable import Linkable
from service.store.post_filter import PostFilter
from service.store.records import find_customers
from service.store.source_views import list_sources
from service.testing.factories import (
    NOW,
    make_author,
    make_case,
    make_customer,
    make_delivery,
    make_gap,
    make_identity,
    make_issue,
    make_order,
    make_post,
    make_source,
)

EVERYWHERE = Linkable(kinds=frozenset({"tabular"}), own_kinds=frozenset())


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent while the context lasts."""
    sent: list[str] = []

    def note(*given: object) -> None:
        sent.append(str(given[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def fill(session: Session, number: int) -> None:
    """So many of everything."""
    for _ in range(number):
        source = make_source(session)
        make_gap(session, source, "some")
        author = make_author(session, scope=source.name)
        customer = make_customer(session)
        make_order(session, customer)
        make_identity(session, author, customer)
        post = make_post(session, source, author=author)
        make_case(session, post)
        make_delivery(session, post=post)
        make_issue(session, posts=[post])


@pytest.mark.parametrize(
    "ask",
    [
        lambda session: find_posts(session, PostFilter(), linkable=EVERYWHERE, limit=50).items,
        lambda session: find_customers(session, text=None, linkable=EVERYWHERE, limit=50).items,
        lambda session: find_issues(session, IssueFilter(), now=NOW, linkable=EVERYWHERE, limit=50).items,
        list_sources,
    ],
    ids=["posts", "customers", "issues", "sources"],
)
def test_many_rows_take_as_many_questions_as_few(database: Engine, ask: Callable[[Session], list[object]]) -> None:
    """No question a row."""
    taken = []
    for more in (2, 8):
        with transaction(database) as session:
            fill(session, more)
        with transaction(database) as session, counted(database) as sent:
            assert len(ask(session)) in (2, 10)
        taken.append(len(sent))
    assert taken[0] == taken[1]


def test_vectors_are_never_fetched_for_a_list(database: Engine) -> None:
    """They are most of a row, and nobody looks at them."""
    with transaction(database) as session:
        fill(session, 1)
    with transaction(database) as session, counted(database) as sent:
        find_posts(session, PostFilter(), linkable=EVERYWHERE, limit=50)
        find_issues(session, IssueFilter(), now=NOW, linkable=EVERYWHERE, limit=50)
    assert not [statement for statement in sent if "vector" in statement or "centroid" in statement]
