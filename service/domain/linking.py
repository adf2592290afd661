"""Which customer an author is, by exact and lawful keys alone."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.people import Evidence, IdentityState


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What is known of one post's author; customers by their ids."""

    confirmed: int | None  # the identity that is already confirmed
    by_email: int | None  # the one customer with this verified address
    by_order: int | None  # the customer who placed the order that the post names
    email: str | None = None
    order_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A claim to record, with its reason in words."""

    customer_id: int
    state: IdentityState
    evidence: Evidence
    reason: str


def decide(keys: Keys) -> Link | None:
    """The link that the keys speak for; None where nothing new can be said.

    Two keys that name different customers are a question for a person, never a link.
    """
    if keys.confirmed is not None:
        return None
    if keys.by_email is not None and keys.by_order is not None and keys.by_email != keys.by_order:
        return Link(
            customer_id=keys.by_email,
            state=IdentityState.SUGGESTED,
            evidence=Evidence.VERIFIED_EMAIL,
            reason=f"the verified e-mail {keys.email} is this customer's, but order {keys.order_number} is another's",
        )
    if keys.by_email is not None:
        return Link(
            customer_id=keys.by_email,
            state=IdentityState.CONFIRMED,
            evidence=Evidence.VERIFIED_EMAIL,
            reason=f"wrote under the verified e-mail {keys.email}",
        )
    if keys.by_order is not None:
        return Link(
            customer_id=keys.by_order,
            state=IdentityState.CONFIRMED,
            evidence=Evidence.ORDER_NUMBER,
            reason=f"named their order {keys.order_number}",
        )
    return None
