"""The company's own records, as imports bring them: stored once, brought up to date when they changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import literal_column, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, SQLModel, col

from collectors import registry
from collectors.base import SetAside
from service.clock import Clock
from service.configuration.company import Company
from service.domain.people import Evidence, IdentityState
from service.domain.records import CustomerRow, OrderRow, OrganisationRow, RecordRow
from service.models import Author, Customer, Order, Organisation, Source
from service.models.columns import id_of
from service.store import people
from service.store.texts import storable_json

RowModel = TypeVar("RowModel", bound=RecordRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Generic[RowModel]):
    """A row that fits, where it stood, and the cells of columns that are none of the record's own."""

    place: str
    record: RowModel
    extra: Mapping[str, str]


class Knows(Protocol):
    """What storing asks besides the database."""

    @property
    def clock(self) -> Clock:
        """What time it is."""
        ...

    @property
    def company(self) -> Company:
        """Its products and rates."""
        ...

    @property
    def author_scope(self) -> Callable[[Source], str]:
        """The space in which a source's accounts are unique."""
        ...

    @property
    def may_link(self) -> Callable[[Source], bool]:
        """Whether a source's accounts may be tied to customers."""
        ...


@dataclass(slots=True, kw_only=True)
class Tally:
    """What storing did."""

    new: int = 0
    changed: int = 0
    same: int = 0
    accounts: int = 0  # platform accounts that are now known to be a customer's
    ignored: set[str] = field(default_factory=set)  # columns that name accounts which may not be tied to anybody


def store_organisations(
    session: Session, knows: Knows, entries: Sequence[Entry[OrganisationRow]], tally: Tally
) -> list[SetAside]:
    """Store organisations by the company's own ids. Nothing is set aside."""
    del knows
    rows = [
        {"external_id": e.record.id, "name": e.record.name, "domain": e.record.domain, "kind": e.record.kind}
        for e in entries
    ]
    _upsert(session, Organisation, "external_id", rows, tally)
    return []


def store_customers(
    session: Session, knows: Knows, entries: Sequence[Entry[CustomerRow]], tally: Tally
) -> list[SetAside]:
    """Store customers by the company's own ids, with the platform accounts that the file names for them.

    Set aside: those whose organisation is not there.
    """
    organisations = _ids(session, Organisation, "external_id", (e.record.organisation for e in entries))
    fitting, set_aside = _known(entries, lambda record: record.organisation, organisations, "organisation")
    now = knows.clock()
    rows = [
        {
            "external_id": e.record.id,
            "name": e.record.name,
            "email": e.record.email,
            "email_verified": e.record.email_verified,
            "country": e.record.country,
            "organisation_id": organisations.get(e.record.organisation or ""),
            "lifecycle": e.record.lifecycle,
            "segments": list(e.record.segment),
            "since": e.record.since,
            "created_at": now,
            "created_because": f"imported from {e.place}",
        }
        for e in fitting
    ]
    _upsert(session, Customer, "external_id", rows, tally, keep=("created_at", "created_because"))
    _store_accounts(session, knows, fitting, tally)
    return set_aside


def store_orders(session: Session, knows: Knows, entries: Sequence[Entry[OrderRow]], tally: Tally) -> list[SetAside]:
    """Store orders by their numbers, with their amounts in the company's currency too.

    Set aside: those whose customer is not there, or whose currency has no rate in company.yaml.
    """
    customers = _ids(session, Customer, "external_id", (e.record.customer for e in entries))
    with_customer, set_aside = _known(entries, lambda record: record.customer, customers, "customer")
    rows = []
    for entry in with_customer:
        rate = knows.company.rate(entry.record.currency)
        if rate is None:
            reason = f"company.yaml has no rate for {entry.record.currency}. Add one under `rates`."
            set_aside.append(SetAside(place=f"{entry.place}, column currency", reason=reason))
            continue
        record = entry.record
        rows.append(
            {
                "number": record.number,
                "customer_id": customers[record.customer],
                "product": knows.company.product(record.product) or record.product,
                "placed_at": record.placed_at,
                "amount": record.amount,
                "currency": record.currency,
                "worth": round(record.amount * rate, 2),
            }
        )
    _upsert(session, Order, "number", rows, tally)
    return set_aside


def _known(
    entries: Sequence[Entry[RowModel]], named: Any, known: Mapping[str, int], what: str
) -> tuple[list[Entry[RowModel]], list[SetAside]]:
    fitting, set_aside = [], []
    for entry in entries:
        name = named(entry.record)
        if name is None or name in known:
            fitting.append(entry)
            continue
        reason = f"There is no {what} “{name}”. Import the {what}s first, or correct the row."
        set_aside.append(SetAside(place=f"{entry.place}, column {what}", reason=reason))
    return fitting, set_aside


def _ids(session: Session, table: type[SQLModel], column: str, values: Iterable[str | None]) -> dict[str, int]:
    name = getattr(table, column)
    wanted = sorted({value for value in values if value})
    rows = session.execute(select(name, table.id).where(name.in_(wanted)))  # type: ignore[attr-defined]
    return {str(value): int(row_id) for value, row_id in rows}


def _upsert(
    session: Session,
    table: type[SQLModel],
    unique: str,
    rows: Sequence[dict[str, Any]],
    tally: Tally,
    *,
    keep: Sequence[str] = (),
) -> None:
    """Insert or update by `unique`; what is there already is not written. `keep`: set once, at first."""
    latest = {row[unique]: storable_json(row) for row in rows}
    if not latest:
        return
    statement = upsert(table).values([latest[value] for value in sorted(latest)])
    names = [name for name in rows[0] if name != unique and name not in keep]
    differs = [getattr(table, name).is_distinct_from(statement.excluded[name]) for name in names]
    changed = differs[0]
    for each in differs[1:]:
        changed = changed | each
    written = (
        session.execute(
            statement.on_conflict_do_update(
                index_elements=[unique], set_={name: statement.excluded[name] for name in names}, where=changed
            ).returning(literal_column("xmax = 0"))  # PostgreSQL: a fresh row has no deleting transaction
        )
        .scalars()
        .all()
    )
    new = sum(bool(fresh) for fresh in written)
    tally.new += new
    tally.changed += len(written) - new
    tally.same += len(latest) - len(written)


def _store_accounts(session: Session, knows: Knows, entries: Sequence[Entry[CustomerRow]], tally: Tally) -> None:
    """Tie the accounts that the company's own records name: an exact key, the company's own knowledge."""
    places = _places(session, knows)
    customers = _ids(session, Customer, "external_id", (entry.record.id for entry in entries))
    for entry in entries:
        for column, account in entry.extra.items():
            place, _, what = column.rpartition("_")
            if what not in ("id", "handle") or place not in places:
                continue
            if (scope := places[place]) is None:
                tally.ignored.add(column)
                continue
            author = _author(session, scope, account, knows)
            people.add_identity(
                session,
                author_id=id_of(author),
                customer_id=customers[entry.record.id],
                state=IdentityState.CONFIRMED,
                evidence=Evidence.ACCOUNT,
                reason=f"our own record names this account ({entry.place}, column {column})",
                now=knows.clock(),
            )
            tally.accounts += 1


def _places(session: Session, knows: Knows) -> dict[str, str | None]:
    """What a column may call a platform or a source -> the space of its accounts; None where linking is forbidden."""
    places: dict[str, str | None] = {
        kind: kind if registry.spec(kind).passport.may_link else None
        for kind in registry.kinds()
        if registry.spec(kind).home
    }
    for source in session.scalars(select(Source).order_by(col(Source.id))):
        places.setdefault(source.name.replace("-", "_"), knows.author_scope(source) if knows.may_link(source) else None)
    return places


def _author(session: Session, scope: str, account: str, knows: Knows) -> Author:
    made = upsert(Author).values(scope=scope, account=account, first_seen_at=knows.clock())
    session.execute(made.on_conflict_do_nothing(index_elements=["scope", "account"]))
    return session.scalars(select(Author).where(col(Author.scope) == scope, col(Author.account) == account)).one()
