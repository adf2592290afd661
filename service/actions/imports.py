"""The company's own records -> customers, organisations, orders.

A bad row is set aside; the same file again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import ValidationError
from sqlmodel import Session

from collectors.base import SetAside, SourceRefused
from collectors.columns import key
from collectors.rows import BadRow, Row, open_sheet
from service.domain.records import CustomerRow, OrderRow, OrganisationRow, RecordRow
from service.domain.wording import shown, what_is_right
from service.errors import Invalid
from service.pipeline.outcome import batches
from service.store import imported
from service.store.database import transaction
from service.store.imported import Entry, Tally
from service.tools import Tools

RowModel = TypeVar("RowModel", bound=RecordRow)
_AT_ONCE = 500  # rows a transaction


@dataclass(slots=True, kw_only=True)
class Imported:
    """What an import did, or (dry) would have done."""

    tally: Tally = field(default_factory=Tally)
    set_aside: list[SetAside] = field(default_factory=list)


Progress = Callable[[int], None]
"""Told how many more rows are done."""


class Action(Protocol):
    """What the imports of all records look like to a door."""

    def __call__(self, tools: Tools, file: Path, *, dry: bool = ..., progress: Progress = ...) -> Imported:
        """Import a file. Raises Invalid where it is no table of such records."""
        ...


def _no_progress(rows: int) -> None:
    del rows


def import_organisations(tools: Tools, file: Path, *, dry: bool = False, progress: Progress = _no_progress) -> Imported:
    """Import organisations: id, name; domain, kind. Raises Invalid where the file is no table of them."""
    return _import(tools, file, OrganisationRow, imported.store_organisations, dry=dry, progress=progress)


def import_customers(tools: Tools, file: Path, *, dry: bool = False, progress: Progress = _no_progress) -> Imported:
    """Import customers with the platform accounts that the file names for them (`steam_id`, `forum_handle`, …).

    Raises Invalid where the file is no table of them.
    """
    return _import(tools, file, CustomerRow, imported.store_customers, dry=dry, progress=progress)


def import_orders(tools: Tools, file: Path, *, dry: bool = False, progress: Progress = _no_progress) -> Imported:
    """Import orders: number, customer, product, placed_at, amount, currency. Raises Invalid as the others do."""
    return _import(tools, file, OrderRow, imported.store_orders, dry=dry, progress=progress)


class _DryRun(Exception):
    """Ends a transaction without keeping it."""


def _import(
    tools: Tools,
    file: Path,
    model: type[RowModel],
    store: Callable[[Session, Tools, Sequence[Entry[RowModel]], Tally], list[SetAside]],
    *,
    dry: bool,
    progress: Progress,
) -> Imported:
    result = Imported()
    entries = list(_parse(file, model, result.set_aside))
    try:
        with transaction(tools.engine) as session:
            for some in batches(entries, _AT_ONCE):
                result.set_aside += store(session, tools, some, result.tally)
                progress(len(some))
            if dry:
                raise _DryRun
    except _DryRun:
        pass
    return result


def _parse(file: Path, model: type[RowModel], set_aside: list[SetAside]) -> Iterator[Entry[RowModel]]:
    try:
        sheet = open_sheet(file)
        _check_header(file, sheet.header(), model)
        for row in sheet.rows():
            place = f"{file.name} line {row.line}"
            if isinstance(row, BadRow):
                set_aside.append(SetAside(place=place, reason=row.reason, raw=row.raw))
                continue
            entry = _fitting(row, place, model)
            if isinstance(entry, SetAside):
                set_aside.append(entry)
            else:
                yield entry
    except SourceRefused as error:
        raise Invalid(str(error)) from error


def _check_header(file: Path, header: Sequence[str], model: type[RecordRow]) -> None:
    known = {key(name) for name in header}
    for name, spellings in model.columns().items():
        if model.model_fields[name].is_required() and not known & set(spellings):
            raise Invalid(f"{file.name} has no column “{name}”. Its columns are: {', '.join(header)}.")


def _fitting(row: Row, place: str, model: type[RowModel]) -> Entry[RowModel] | SetAside:
    cells = {key(name): str(value).strip() for name, value in row.cells.items() if str(value or "").strip()}
    columns = model.columns()
    found = {name: next((cells[s] for s in spellings if s in cells), None) for name, spellings in columns.items()}
    own = {spelling for spellings in columns.values() for spelling in spellings}
    try:
        record = model.model_validate({name: cell for name, cell in found.items() if cell is not None})
    except ValidationError as error:
        first = error.errors()[0]
        column = ".".join(str(part) for part in first["loc"])
        reason = f"{what_is_right(first)} It is {shown(found.get(column))}."
        return SetAside(place=f"{place}, column {column}", reason=reason, raw=str(row.cells)[:2000])
    return Entry(place=place, record=record, extra={name: cell for name, cell in cells.items() if name not in own})
