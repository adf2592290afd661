"""Rows of the company's own records, as an import gives them: what each column must hold, and how it may be called."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from service.domain.people import Lifecycle


def _aware(moment: datetime) -> datetime:
    """Times without a zone are meant in UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _e_mail(address: str) -> str:
    name, at, domain = address.partition("@")
    if not (name and at and "." in domain) or " " in address:
        raise ValueError("Give an e-mail address, as in ann@example.org.")
    return address


def _listed(value: object) -> object:
    """Several words in one cell, apart by ; , or |."""
    if not isinstance(value, str):
        return value
    return [word.strip() for word in value.replace("|", ";").replace(",", ";").split(";") if word.strip()]


def _small(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


class RecordRow(BaseModel):
    """What the rows of all records have in common."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)
    spellings: ClassVar[dict[str, tuple[str, ...]]] = {}

    @classmethod
    def columns(cls) -> dict[str, tuple[str, ...]]:
        """Field -> the names that its column may have, normalised: small letters, digits and underscores."""
        return {name: (name, *cls.spellings.get(name, ())) for name in cls.model_fields}


class OrganisationRow(RecordRow):
    """A company, league, club or reseller."""

    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    domain: str | None = None
    kind: str | None = None

    spellings: ClassVar[dict[str, tuple[str, ...]]] = {
        "id": ("organisation_id", "organization_id", "account_id", "company_id"),
        "name": ("organisation", "organization", "company"),
        "domain": ("website",),
        "kind": ("type",),
    }


class CustomerRow(RecordRow):
    """A person the company knows."""

    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    email: Annotated[str, AfterValidator(_e_mail)] | None = None
    email_verified: bool = False
    country: str | None = None
    since: date | None = None
    organisation: str | None = None
    lifecycle: Annotated[Lifecycle, BeforeValidator(_small)] = Lifecycle.CUSTOMER
    segment: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()

    spellings: ClassVar[dict[str, tuple[str, ...]]] = {
        "id": ("customer_id", "external_id"),
        "name": ("full_name", "customer_name"),
        "email": ("e_mail", "mail", "email_address"),
        "since": ("customer_since", "created_at", "created"),
        "organisation": ("organisation_id", "organization", "organization_id", "company", "company_id"),
        "lifecycle": ("lifecycle_stage", "stage"),
        "segment": ("segments", "tags"),
    }


class OrderRow(RecordRow):
    """Something a customer bought."""

    number: str = Field(min_length=1)
    customer: str = Field(min_length=1)
    product: str = Field(min_length=1)
    placed_at: Annotated[datetime, AfterValidator(_aware)]
    amount: Decimal = Field(ge=0, max_digits=12, decimal_places=2)
    currency: Annotated[str, BeforeValidator(lambda v: v.upper() if isinstance(v, str) else v)] = Field(
        pattern="^[A-Z]{3}$"
    )

    spellings: ClassVar[dict[str, tuple[str, ...]]] = {
        "number": ("order_number", "order_id", "order"),
        "customer": ("customer_id",),
        "product": ("item", "title"),
        "placed_at": ("created_at", "ordered_at", "date"),
        "amount": ("total", "price"),
    }
