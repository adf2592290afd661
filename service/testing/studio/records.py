"""The sample studio's own records: who its customers are, where they belong, what they bought.

The CSV files beside this module are what a shop would export, except that days are counted back from "now" where a date
would grow old; `imports.py` writes them with real dates.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from service.errors import ConfigError

_STRICT = ConfigDict(extra="forbid")
_Record = TypeVar("_Record")


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Organisation:
    """A company, team or press house that customers belong to."""

    id: str
    name: str
    domain: str | None = None
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Customer:
    """A person the studio knows from its own shop, forum or contracts."""

    id: Annotated[str, Field(pattern=r"^C-\d+$")]
    name: str
    email: str | None = None
    email_verified: bool = False
    country: str | None = None
    since: str | None = None
    organisation: str | None = None
    lifecycle: str | None = None
    segment: str | None = None
    steam_id: Annotated[str, Field(pattern=r"^7656119\d{10}$")] | None = None
    forum_handle: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Order:
    """One purchase in the studio's shop."""

    number: Annotated[str, Field(pattern=r"^O-\d+$")]
    customer: str
    product: str
    placed_day: Annotated[float, Field(le=0)]  # days before "now"
    amount: Annotated[str, Field(pattern=r"^\d+(\.\d\d?)?$")]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Records:
    """The company's own records, by their keys."""

    customers: dict[str, Customer]
    organisations: dict[str, Organisation]
    orders: dict[str, Order]


def load_records(folder: Path) -> Records:
    """Read customers.csv, organisations.csv and orders.csv, and check that they point at each other.

    Raises:
        ConfigError: a file is missing or a row is wrong; names the file and the line.
    """
    organisations = {row.id: row for _, row in _rows(folder / "organisations.csv", Organisation)}
    customers: dict[str, Customer] = {}
    for line, customer in _rows(folder / "customers.csv", Customer):
        file = folder / "customers.csv"
        if customer.id in customers:
            raise ConfigError(
                f"{customer.id} appears twice.", fix="Give each customer an id of its own.", file=file, line=line
            )
        if customer.organisation and customer.organisation not in organisations:
            message = f"{customer.id} belongs to {customer.organisation}, which organisations.csv does not have."
            raise ConfigError(message, fix="Add it there, or leave the field empty.", file=file, line=line)
        customers[customer.id] = customer
    orders: dict[str, Order] = {}
    for line, order in _rows(folder / "orders.csv", Order):
        file = folder / "orders.csv"
        if order.number in orders:
            raise ConfigError(
                f"{order.number} appears twice.", fix="Give each order a number of its own.", file=file, line=line
            )
        if order.customer not in customers:
            message = f"{order.number} is by {order.customer}, whom customers.csv does not have."
            raise ConfigError(message, fix="Add the customer there.", file=file, line=line)
        orders[order.number] = order
    return Records(customers=customers, organisations=organisations, orders=orders)


def _rows(file: Path, kind: type[_Record]) -> Iterator[tuple[int, _Record]]:
    """Each row with its line in the file."""
    adapter = TypeAdapter(kind)
    try:
        opened = file.open(encoding="utf-8", newline="")
    except FileNotFoundError:
        raise ConfigError("The file is missing.", fix="Put it back; the sample needs it.", file=file) from None
    with opened:
        reader = csv.DictReader(opened)
        for row in reader:
            try:
                record = adapter.validate_python({name: value for name, value in row.items() if value})
            except ValidationError as error:
                raise ConfigError(problem(error), fix="Mend that field.", file=file, line=reader.line_num) from None
            yield reader.line_num, record


def problem(error: ValidationError) -> str:
    """The first thing that is wrong, as `field: what` in words."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the entry"
    return f"{where}: {first['msg']}, found {first.get('input')!r:.80}."
