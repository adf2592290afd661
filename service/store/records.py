"""Customer records as pages show them: found by whatever is known of a person, whole on one page.

Posts of a source whose passport forbids tying authors to customers never appear here, whatever identities exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, exists, func, or_, select, tuple_, union
from sqlmodel import Session, col

from service.domain.contact import Refusal
from service.domain.people import IdentityState
from service.errors import NotFound
from service.models import (
    Author,
    Customer,
    Identity,
    Issue,
    IssuePost,
    Note,
    Order,
    Organisation,
    Post,
    Reading,
    Source,
)
from service.models.columns import id_of
from service.store import contact
from service.store.inbox import PostView, find_posts
from service.store.linkable import Linkable
from service.store.paging import Part, cursor, part, parts_of
from service.store.post_filter import PostFilter, like_escaped

MOODS = 5  # how many of the last posts a customer's mood is shown by
TIMELINE_POSTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerView:
    """A customer with the figures that lists and headers show."""

    customer: Customer
    organisation: str | None
    order_count: int
    value: Decimal  # the sum of their orders, in the company's currency
    post_count: int
    last_post_at: datetime | None
    moods: Sequence[str | None]  # sentiments of the last posts, newest first

    @property
    def id(self) -> int:
        """The customer's id."""
        return id_of(self.customer)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityView:
    """An account that is, or may be, a customer's, with the reason."""

    identity: Identity
    author: Author
    kind: str  # of the source, for its glyph


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueTouch:
    """An issue that a customer wrote about."""

    number: int
    title: str
    state: str
    post_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything on one customer's page."""

    view: CustomerView
    identities: Sequence[IdentityView]
    orders: Sequence[Order]  # newest first
    notes: Sequence[Note]
    posts: Sequence[PostView]  # newest first, at most TIMELINE_POSTS
    issues: Sequence[IssueTouch]
    refusal: Refusal | None  # they asked not to be contacted


def find_customers(
    session: Session, *, text: str | None, linkable: Linkable, limit: int, after: str | None = None
) -> Part[CustomerView]:
    """Customers by name, e-mail, our id, an order number or a handle (None: all), the most valuable first.

    Raises:
        Invalid: `after` is not a cursor of this list.
    """
    worth = _worth().subquery()
    value = func.coalesce(worth.c.value, 0)
    wanted = (
        select(col(Customer.id), value.label("value"))
        .outerjoin(worth, worth.c.customer_id == col(Customer.id))
        .where(*_matching(text, linkable))
    )
    if after:
        wanted = wanted.where(tuple_(value, col(Customer.id)) < parts_of(after, Decimal, int))
    rows = session.execute(wanted.order_by(value.desc(), col(Customer.id).desc()).limit(limit + 1)).all()
    found = part(rows, limit=limit, key=lambda row: cursor(Decimal(row[1]), int(row[0] or 0)))
    views = load_customers(session, [int(row[0] or 0) for row in found.items], linkable=linkable)
    return Part(items=[views[int(row[0] or 0)] for row in found.items], next=found.next)


def count_customers(session: Session, *, text: str | None, linkable: Linkable) -> int:
    """How many customers `find_customers` would list."""
    return int(session.scalar(select(func.count()).select_from(Customer).where(*_matching(text, linkable))) or 0)


def load_customers(session: Session, ids: Sequence[int], *, linkable: Linkable) -> dict[int, CustomerView]:
    """The customers with these ids, with their figures."""
    if not ids:
        return {}
    orders = {int(row.customer_id): row for row in session.execute(_worth().where(col(Order.customer_id).in_(ids)))}
    posts = {int(row.customer_id): row for row in session.execute(_post_figures(ids, linkable))}
    moods = _moods(session, ids, linkable)
    rows = session.execute(
        select(Customer, col(Organisation.name))
        .outerjoin(Organisation, col(Organisation.id) == col(Customer.organisation_id))
        .where(col(Customer.id).in_(ids))
    )
    found = {}
    for customer, organisation in rows:
        number = id_of(customer)
        bought, said = orders.get(number), posts.get(number)
        found[number] = CustomerView(
            customer=customer,
            organisation=organisation,
            order_count=int(bought.order_count) if bought else 0,
            value=Decimal(bought.value) if bought else Decimal(0),
            post_count=int(said.post_count) if said else 0,
            last_post_at=said.last_post_at if said else None,
            moods=moods.get(number, []),
        )
    return found


def load_record(session: Session, customer_id: int, *, linkable: Linkable) -> Record:
    """One customer's page.

    Raises:
        NotFound: there is no such customer.
    """
    view = load_customers(session, [customer_id], linkable=linkable).get(customer_id)
    if view is None:
        raise NotFound(f"There is no customer {customer_id}.")
    of_customer = PostFilter(customer=customer_id)
    orders = select(Order).where(col(Order.customer_id) == customer_id).order_by(col(Order.placed_at).desc())
    notes = select(Note).where(col(Note.customer_id) == customer_id).order_by(col(Note.written_at).desc())
    return Record(
        view=view,
        identities=_identities(session, customer_id, linkable),
        orders=list(session.scalars(orders)),
        notes=list(session.scalars(notes)),
        posts=find_posts(session, of_customer, linkable=linkable, limit=TIMELINE_POSTS).items,
        issues=_issues(session, customer_id, linkable),
        refusal=contact.of_customer(session, customer_id),
    )


def _worth() -> Select[*tuple[Any, ...]]:
    return select(
        col(Order.customer_id), func.sum(col(Order.worth)).label("value"), func.count().label("order_count")
    ).group_by(col(Order.customer_id))


def _matching(text: str | None, linkable: Linkable) -> list[ColumnElement[bool]]:
    given = (text or "").strip().lstrip("@#")
    if not given:
        return []
    begins, holds = f"{like_escaped(given)}%", f"%{like_escaped(given)}%"
    account = or_(col(Author.handle).ilike(begins), col(Author.name).ilike(holds))
    # A union, so that each way of knowing a person can be asked of its own index.
    known: CompoundSelect[*tuple[Any, ...]] = union(
        select(col(Customer.id)).where(col(Customer.name).ilike(holds)),
        select(col(Customer.id)).where(col(Customer.email).ilike(begins)),
        select(col(Customer.id)).where(col(Customer.external_id).in_([given, given.upper()])),
        select(col(Order.customer_id)).where(col(Order.number).in_([given, given.upper()])),
        select(col(Identity.customer_id))
        .join(Author, col(Author.id) == col(Identity.author_id))
        .where(col(Identity.state) == IdentityState.CONFIRMED, account, _lawful_author(linkable)),
    )
    return [col(Customer.id).in_(known)]


def _lawful_author(linkable: Linkable) -> ColumnElement[bool]:
    """Accounts on a source that lets its authors be tied to customers; scopes are kinds, or single sources' names."""
    of_account = or_(col(Source.kind) == col(Author.scope), col(Source.name) == col(Author.scope))
    return exists().where(of_account, linkable.sources())


def _said(linkable: Linkable) -> Select[*tuple[Any, ...]]:
    """Rows of customer, post, in the order that the caller gives."""
    return (
        select(col(Identity.customer_id))
        .join(Post, col(Post.author_id) == col(Identity.author_id))
        .join(Source, col(Source.id) == col(Post.source_id))
        .where(col(Identity.state) == IdentityState.CONFIRMED, col(Post.deleted_at).is_(None), linkable.sources())
    )


def _post_figures(ids: Sequence[int], linkable: Linkable) -> Select[*tuple[Any, ...]]:
    return (
        _said(linkable)
        .add_columns(func.count().label("post_count"), func.max(col(Post.created_at)).label("last_post_at"))
        .where(col(Identity.customer_id).in_(ids))
        .group_by(col(Identity.customer_id))
    )


def _moods(session: Session, ids: Sequence[int], linkable: Linkable) -> dict[int, list[str | None]]:
    place = func.row_number().over(
        partition_by=col(Identity.customer_id), order_by=(col(Post.created_at).desc(), col(Post.id).desc())
    )
    ranked = (
        _said(linkable)
        .outerjoin(Reading, col(Reading.post_id) == col(Post.id))
        .add_columns(col(Reading.sentiment).label("sentiment"), place.label("place"))
        .where(col(Identity.customer_id).in_(ids))
        .subquery()
    )
    rows = session.execute(
        select(ranked.c.customer_id, ranked.c.sentiment)
        .where(ranked.c.place <= MOODS)
        .order_by(ranked.c.customer_id, ranked.c.place)
    )
    found: dict[int, list[str | None]] = {}
    for customer_id, sentiment in rows:
        found.setdefault(int(customer_id), []).append(sentiment)
    return found


def _identities(session: Session, customer_id: int, linkable: Linkable) -> list[IdentityView]:
    kind = (
        select(col(Source.kind))
        .where(or_(col(Source.kind) == col(Author.scope), col(Source.name) == col(Author.scope)))
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Identity, Author, kind)
        .join(Author, col(Author.id) == col(Identity.author_id))
        .where(
            col(Identity.customer_id) == customer_id,
            col(Identity.state) != IdentityState.REFUSED,
            _lawful_author(linkable),
        )
        .order_by(col(Identity.confidence).desc(), col(Identity.id))
    )
    return [IdentityView(identity=identity, author=author, kind=kind_of) for identity, author, kind_of in rows]


def _issues(session: Session, customer_id: int, linkable: Linkable) -> list[IssueTouch]:
    rows = session.execute(
        _said(linkable)
        .join(IssuePost, col(IssuePost.post_id) == col(Post.id))
        .join(Issue, col(Issue.id) == col(IssuePost.issue_id))
        .with_only_columns(col(Issue.id), col(Issue.title), col(Issue.state), func.count().label("posts"))
        .where(col(Identity.customer_id) == customer_id)
        .group_by(col(Issue.id))
        .order_by(func.max(col(Post.created_at)).desc())
    )
    return [
        IssueTouch(number=number, title=title, state=state, post_count=posts) for number, title, state, posts in rows
    ]
