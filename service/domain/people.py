"""Who a customer is to us, and why an author is believed to be one."""

from __future__ import annotations

from enum import StrEnum


class Lifecycle(StrEnum):
    """How far a person has come with the company."""

    PROSPECT = "prospect"
    LEAD = "lead"
    CUSTOMER = "customer"
    ADVOCATE = "advocate"
    FORMER = "former"


class IdentityState(StrEnum):
    """Where the claim "this author is that customer" stands."""

    CONFIRMED = "confirmed"
    SUGGESTED = "suggested"
    REFUSED = "refused"


class Evidence(StrEnum):
    """The exact, lawful keys that may tie an author to a customer without asking anyone."""

    ACCOUNT = "account"  # the customer record itself names the platform account
    VERIFIED_EMAIL = "verified_email"
    ORDER_NUMBER = "order_number"
    FIRST_CONTACT = "first_contact"  # the record was made for this author


def shown_name(name: str) -> str:
    """A name; of an account that shows nothing but a long number, its end: as much as people can tell apart."""
    return f"Account …{name[-5:]}" if name.isdigit() and len(name) > 9 else name


def plain_account(account: str) -> str:
    """An account as people write it, such as @Studio or u/Studio, made comparable."""
    return account.strip().removeprefix("/").removeprefix("u/").lstrip("@").casefold()
