"""What routing and cards need to know of posts, read in a few queries a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlmodel import Session, col

from service.domain.people import IdentityState
from service.models import Author, Customer, Identity, Issue, Organisation, Post, Reading, Source
from service.models.columns import id_of
from service.store import issues, people


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFacts:
    """A post's customer, as far as the passport let us tie one."""

    customer: Customer
    organisation: str | None
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFacts:
    """A post with everything that is known around it."""

    post: Post
    source: Source
    author: Author | None
    reading: Reading | None
    issue: Issue | None
    customer: CustomerFacts | None


def of_posts(session: Session, post_ids: Sequence[int]) -> list[PostFacts]:
    """The posts with what is known around them, in the order of their ids."""
    rows = session.execute(
        select(Post, Source, Author, Reading)
        .join(Source, col(Source.id) == col(Post.source_id))
        .outerjoin(Author, col(Author.id) == col(Post.author_id))
        .outerjoin(Reading, col(Reading.post_id) == col(Post.id))
        .where(col(Post.id).in_(post_ids))
        .order_by(col(Post.id))
    ).all()
    known_issues = issues.of_posts(session, post_ids)
    customers = _customers(session, sorted({post.author_id for post, *_ in rows if post.author_id is not None}))
    return [
        PostFacts(
            post=post,
            source=source,
            author=author,
            reading=reading,
            issue=known_issues.get(id_of(post)),
            customer=customers.get(post.author_id or 0),
        )
        for post, source, author, reading in rows
    ]


def _customers(session: Session, author_ids: Sequence[int]) -> dict[int, CustomerFacts]:
    rows = session.execute(
        select(col(Identity.author_id), Customer, col(Organisation.name))
        .join(Customer, col(Customer.id) == col(Identity.customer_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Customer.organisation_id))
        .where(col(Identity.author_id).in_(author_ids), col(Identity.state) == IdentityState.CONFIRMED)
    ).all()
    values = people.values(session, [id_of(customer) for _, customer, _ in rows])
    return {
        int(author): CustomerFacts(customer=customer, organisation=organisation, value=values[id_of(customer)])
        for author, customer, organisation in rows
    }


def last_post_before(session: Session, customer_id: int, moment: datetime) -> datetime | None:
    """When the customer wrote last before `moment`, on any source that may be tied to them."""
    return session.scalar(
        select(func.max(col(Post.created_at)))
        .join(Identity, col(Identity.author_id) == col(Post.author_id))
        .where(
            col(Identity.customer_id) == customer_id,
            col(Identity.state) == IdentityState.CONFIRMED,
            col(Post.created_at) < moment,
        )
    )
