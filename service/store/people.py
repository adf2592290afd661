"""Customers, and which authors they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, col

from service.domain.people import Evidence, IdentityState, Lifecycle
from service.models import Author, Customer, Identity, Order
from service.models.columns import id_of


def lock_authors(session: Session, ids: Sequence[int]) -> dict[int, Author]:
    """The authors, held until the transaction ends, so that no two decide about one of them at once."""
    rows = session.scalars(select(Author).where(col(Author.id).in_(ids)).order_by(col(Author.id)).with_for_update())
    return {id_of(author): author for author in rows}


def confirmed_customers(session: Session, author_ids: Sequence[int]) -> dict[int, int]:
    """Author id -> customer id, for those whose identity is confirmed."""
    rows = session.execute(
        select(col(Identity.author_id), col(Identity.customer_id)).where(
            col(Identity.author_id).in_(author_ids), col(Identity.state) == IdentityState.CONFIRMED
        )
    )
    return {int(author): int(customer) for author, customer in rows}


def by_verified_email(session: Session, emails: Sequence[str]) -> dict[str, int]:
    """Lower-case e-mail -> customer id, where exactly one customer's verified address is that."""
    rows = session.execute(
        select(func.lower(col(Customer.email)), func.min(col(Customer.id)))
        .where(func.lower(col(Customer.email)).in_([e.lower() for e in emails]), col(Customer.email_verified))
        .group_by(func.lower(col(Customer.email)))
        .having(func.count() == 1)
    )
    return {str(email): int(customer) for email, customer in rows}


def by_order_number(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    """Order number -> customer id."""
    rows = session.execute(select(col(Order.number), col(Order.customer_id)).where(col(Order.number).in_(numbers)))
    return {str(number): int(customer) for number, customer in rows}


def add_identity(
    session: Session,
    *,
    author_id: int,
    customer_id: int,
    state: IdentityState,
    evidence: Evidence,
    reason: str,
    now: datetime,
) -> None:
    """Record that an author is, or may be, a customer, with the reason in words; what was decided before stays."""
    confidence = 1.0 if state == IdentityState.CONFIRMED else 0.5
    claim = {
        "author_id": author_id,
        "customer_id": customer_id,
        "state": state,
        "evidence": evidence,
        "reason": reason,
        "confidence": confidence,
        "decided_at": now,
    }
    session.execute(upsert(Identity).values(**claim).on_conflict_do_nothing())


def open_record(session: Session, author: Author, *, where: str, email: str | None, now: datetime) -> Customer:
    """A customer record for somebody who is heard for the first time."""
    customer = Customer(
        name=author.name or author.handle or author.account,
        email=email,
        email_verified=email is not None,
        lifecycle=Lifecycle.PROSPECT,
        created_at=now,
        created_because=f"first contact on {where}",
    )
    session.add(customer)
    session.flush()
    return customer


def values(session: Session, customer_ids: Sequence[int]) -> dict[int, Decimal]:
    """Customer id -> the sum of their orders, in the company's currency; 0 for those without one."""
    rows = session.execute(
        select(col(Order.customer_id), func.sum(col(Order.worth)))
        .where(col(Order.customer_id).in_(customer_ids))
        .group_by(col(Order.customer_id))
    )
    found = {int(customer): Decimal(total) for customer, total in rows}
    return {customer: found.get(customer, Decimal(0)) for customer in customer_ids}
