"""Authors are tied to customers by exact, lawful keys, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from service.domain.people import Lifecycle
from service.models import Customer, Identity, Order, Post
from service.models.columns import id_of
from service.pipeline import link
from service.store.database import transaction
from service.testing.factories import make_author, make_customer, make_identity, make_post, make_source
from service.testing.tools import make_tools

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_fresh_post(
    session: Session, *, kind: str = "tabular", name: str | None = None, own: bool = False, **columns: Any
) -> Post:
    """A post that was not linked yet, by an author of its own."""
    source = make_source(session, kind=kind, name=name, own=own)
    author = columns.pop("author", None) or make_author(session, scope=kind, handle=f"h-{source.id}")
    return make_post(session, source, author=author, linked_version=0, **columns)


def link_all(engine: Engine) -> None:
    """Run the stage over every post."""
    with transaction(engine) as session:
        ids = [int(i or 0) for i in session.scalars(select(col(Post.id)))]
        link.run(session, ids, make_tools(engine, clock=lambda: NOW))


def identities(engine: Engine) -> list[tuple[str, str, str]]:
    """Customer, state and evidence of every identity."""
    with transaction(engine) as session:
        rows = session.execute(
            select(col(Customer.name), col(Identity.state), col(Identity.evidence))
            .join(Customer, col(Customer.id) == col(Identity.customer_id))
            .order_by(col(Identity.id))
        )
        return [(name, state, evidence) for name, state, evidence in rows]


def an_order(session: Session, customer: Customer, number: str = "O-1") -> None:
    """Something they bought."""
    session.add(
        Order(
            number=number,
            customer_id=id_of(customer),
            product="Ironwake",
            placed_at=NOW,
            amount=Decimal(40),
            worth=Decimal(40),
            currency="EUR",
        )
    )


def test_a_verified_address_links(database: Engine) -> None:
    """Letters' case does not count; the reason names the address."""
    with transaction(database) as session:
        make_customer(session, name="Ann", email="ann@example.org", email_verified=True)
        a_fresh_post(session, verified_email="Ann@Example.org")
    link_all(database)

    assert identities(database) == [("Ann", "confirmed", "verified_email")]
    with transaction(database) as session:
        assert session.scalars(select(Identity.reason)).one() == "wrote under the verified e-mail Ann@Example.org"


def test_an_address_that_was_not_verified_does_not_link(database: Engine) -> None:
    """Anybody can type anybody's address: such a person gets a record of their own."""
    with transaction(database) as session:
        make_customer(session, name="Ann", email="ann@example.org", email_verified=False)
        a_fresh_post(session, verified_email="ann@example.org")
    link_all(database)

    assert [evidence for _, _, evidence in identities(database)] == ["first_contact"]


def test_an_address_that_two_customers_share_does_not_link(database: Engine) -> None:
    """A family's address is no key."""
    with transaction(database) as session:
        for name in ("Ann", "Ben"):
            make_customer(session, name=name, email="home@example.org", email_verified=True)
        a_fresh_post(session, verified_email="home@example.org")
    link_all(database)

    assert [evidence for _, _, evidence in identities(database)] == ["first_contact"]


def test_an_order_number_links(database: Engine) -> None:
    """Whoever names an order is who placed it."""
    with transaction(database) as session:
        an_order(session, make_customer(session, name="Ann"))
        a_fresh_post(session, order_number="O-1")
    link_all(database)
    assert identities(database) == [("Ann", "confirmed", "order_number")]


def test_keys_that_disagree_are_asked_about(database: Engine) -> None:
    """Ann's address and Ben's order: a suggestion, and no second one for the next post."""
    with transaction(database) as session:
        make_customer(session, name="Ann", email="ann@example.org", email_verified=True)
        an_order(session, make_customer(session, name="Ben"))
        post = a_fresh_post(session, verified_email="ann@example.org", order_number="O-1")
        source = make_source(session)
        author_id = post.author_id
        second = make_post(session, source, linked_version=0, verified_email="ann@example.org", order_number="O-1")
        second.author_id = author_id
    link_all(database)
    assert identities(database) == [("Ann", "suggested", "verified_email")]


def test_what_is_confirmed_stays(database: Engine) -> None:
    """A known author is not linked anew."""
    with transaction(database) as session:
        ann, ben = make_customer(session, name="Ann"), make_customer(session, name="Ben")
        an_order(session, ben)
        author = make_author(session, scope="tabular", handle="ann")
        make_identity(session, author, ann)
        a_fresh_post(session, author=author, order_number="O-1")
    link_all(database)
    assert [name for name, _, _ in identities(database)] == ["Ann"]


def test_first_contact_opens_one_record(database: Engine) -> None:
    """Two posts by somebody unknown make one prospect."""
    with transaction(database) as session:
        author = make_author(session, scope="steam", handle="kai", name="Kai")
        a_fresh_post(session, kind="steam", name="steam-a", author=author)
        a_fresh_post(session, kind="steam", name="steam-b", author=author)
    link_all(database)
    link_all(database)

    with transaction(database) as session:
        customer = session.scalars(select(Customer)).one()
    assert (customer.name, customer.lifecycle, customer.external_id) == ("Kai", Lifecycle.PROSPECT, None)
    assert customer.created_because.startswith("first contact on steam-")


@pytest.mark.parametrize("own", [False, True])
def test_reddit_authors_are_never_linked(database: Engine, own: bool) -> None:
    """The passport forbids it, whatever keys there are and whatever the operator vouches for."""
    with transaction(database) as session:
        make_customer(session, name="Ann", email="ann@example.org", email_verified=True)
        a_fresh_post(session, kind="reddit", own=own, verified_email="ann@example.org")
    link_all(database)

    assert identities(database) == []
    with transaction(database) as session:
        assert session.scalars(select(Post.linked_version)).all() == [1]


@pytest.mark.parametrize(("own", "linked"), [(False, 0), (True, 1)])
def test_a_feed_links_where_the_company_runs_the_place(database: Engine, own: bool, linked: int) -> None:
    """For a forum of our own the operator says so in sources.yaml."""
    with transaction(database) as session:
        a_fresh_post(session, kind="feed", own=own)
    link_all(database)
    assert len(identities(database)) == linked


def test_a_deleted_author_has_no_record(database: Engine) -> None:
    """A post without an author goes on without one."""
    with transaction(database) as session:
        make_post(session, make_source(session), linked_version=0)
    link_all(database)
    assert identities(database) == []
