"""Many rows in one statement with one parameter: a JSON array that the server takes apart.

A list of VALUES has a parameter for each cell, and is compiled anew for each length; a page of a hundred posts has
thousands of cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel


def as_rows(table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> tuple[list[str], Select[Any]]:
    """The names of the columns, and a SELECT of the rows with the types of the table's columns: for
    `insert(table).from_select(*as_rows(table, rows))`. All rows have the same names; there is at least one.
    """
    names = list(rows[0])
    types = table.metadata.tables[str(table.__tablename__)].c
    given = [{name: _plain(value) for name, value in row.items()} for row in rows]
    shape = (column(name, types[name].type) for name in names)
    records = func.jsonb_to_recordset(bindparam("rows", given, type_=JSONB))
    found = records.table_valued(*shape).render_derived(name="given", with_types=True)
    return names, select(*(found.c[name] for name in names))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
