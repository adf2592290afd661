"""The company's own records: customers, organisations, orders, who on a platform they are, who wants no words."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint
from sqlmodel import Field, SQLModel

from service.models.columns import json_column, key, moment, refers_to


class Organisation(SQLModel, table=True):
    """A company, league, club or reseller that customers belong to."""

    __tablename__ = "organisations"

    id: int | None = key()
    external_id: str = Field(unique=True)  # the company's own id for it
    name: str
    domain: str | None = None
    kind: str | None = None


class Customer(SQLModel, table=True):
    """A person we keep a record of, from prospect to advocate."""

    __tablename__ = "customers"

    id: int | None = key()
    external_id: str | None = Field(default=None, unique=True)  # the company's own id; None: made at first contact
    name: str
    email: str | None = Field(default=None, index=True)
    email_verified: bool = False
    country: str | None = None
    organisation_id: int | None = refers_to("organisations.id", nullable=True)
    lifecycle: str = "prospect"  # domain.people.Lifecycle
    segments: list[str] = json_column(list)
    since: date | None = None
    created_at: datetime = moment()
    created_because: str  # in words: "customers.csv line 12", "first contact on forum"


class Identity(SQLModel, table=True):
    """The claim, with its evidence, that an author is a customer."""

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("author_id", "customer_id"),
        Index("ix_identities_one_confirmed", "author_id", unique=True, postgresql_where="state = 'confirmed'"),
    )

    id: int | None = key()
    author_id: int = refers_to("authors.id")
    customer_id: int = refers_to("customers.id")
    state: str  # domain.people.IdentityState
    evidence: str  # domain.people.Evidence
    reason: str  # in words, for people
    confidence: float  # 0 to 1
    decided_at: datetime = moment()


class Order(SQLModel, table=True):
    """Something a customer bought."""

    __tablename__ = "orders"

    id: int | None = key()
    number: str = Field(unique=True)
    customer_id: int = refers_to("customers.id")
    product: str
    placed_at: datetime = moment(index=True)
    amount: Decimal = Field(sa_type=Numeric(12, 2))
    currency: str
    worth: Decimal = Field(sa_type=Numeric(12, 2))  # the amount in the company's currency


class Note(SQLModel, table=True):
    """Something a colleague wrote down; internal, always."""

    __tablename__ = "notes"

    id: int | None = key()
    customer_id: int | None = refers_to("customers.id", nullable=True)
    issue_id: int | None = refers_to("issues.id", nullable=True)
    text: str
    written_by: str
    written_at: datetime = moment()


class ContactRefusal(SQLModel, table=True):
    """That somebody asked not to be written to, noted of a customer or of one account; kept when it is withdrawn.

    An account is known again by its fingerprint, which outlives all else that we held of it.
    """

    __tablename__ = "contact_refusals"
    __table_args__ = (
        CheckConstraint("(customer_id IS NULL) != (fingerprint IS NULL)", name="ck_contact_refusals_of_one"),
        Index("ix_contact_refusals_one_customer", "customer_id", unique=True, postgresql_where="withdrawn_at IS NULL"),
        Index("ix_contact_refusals_one_account", "fingerprint", unique=True, postgresql_where="withdrawn_at IS NULL"),
    )

    id: int | None = key()
    customer_id: int | None = refers_to("customers.id", nullable=True, index=False)
    fingerprint: str | None = None  # domain.contact.fingerprint
    author_id: int | None = refers_to("authors.id", nullable=True)  # None: a customer's, or the author was erased
    reason: str = ""  # for us alone; emptied when the author is erased
    noted_by_id: int = refers_to("users.id", index=False)
    noted_at: datetime = moment()
    withdrawn_by_id: int | None = refers_to("users.id", nullable=True, index=False)
    withdrawn_at: datetime | None = moment(nullable=True)


class AuditEvent(SQLModel, table=True):
    """Who did what to which record; only ever added to."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_about", "noun", "noun_id"),)

    id: int | None = key()
    at: datetime = moment(index=True)
    actor: str  # a user, or "earful" for the machine
    verb: str
    noun: str
    noun_id: int | None = None
    detail: dict[str, Any] = json_column()
