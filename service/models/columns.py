"""Column types that every table uses, so that each is decided once."""

from __future__ import annotations

from typing import Any

from pgvector.sqlalchemy import Vector as VectorType
from sqlalchemy import BigInteger, DateTime, Identity
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

VECTOR_WIDTH = 512  # the frozen multilingual encoder's
LARGEST_KEY = 2**63 - 1
"""What a bigint holds: a door refuses larger numbers before the database does."""

# Named by rule, so that a migration can name what it drops.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def key() -> Any:
    """A bigint primary key that PostgreSQL counts up."""
    return Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(),))


def refers_to(column: str, *, nullable: bool = False, index: bool = True, unique: bool = False) -> Any:
    """A bigint foreign key; rows are never deleted from under it."""
    default: dict[str, Any] = {"default": None} if nullable else {}
    return Field(foreign_key=column, nullable=nullable, index=index, unique=unique, sa_type=BigInteger, **default)


def moment(*, nullable: bool = False, index: bool = False) -> Any:
    """An aware time, stored in UTC."""
    default: dict[str, Any] = {"default": None} if nullable else {}
    return Field(sa_type=DateTime(timezone=True), nullable=nullable, index=index, **default)


def json_column(factory: type[dict[str, Any]] | type[list[Any]] = dict) -> Any:
    """A JSONB column that starts empty."""
    return Field(default_factory=factory, sa_type=JSONB, nullable=False)


def optional_json() -> Any:
    """A JSONB column that may be NULL."""
    return Field(default=None, sa_type=JSONB, nullable=True)


def vector_column(*, nullable: bool = False) -> Any:
    """A float32 vector of the grouping and search space."""
    default: dict[str, Any] = {"default": None} if nullable else {}
    return Field(sa_type=VectorType(VECTOR_WIDTH), nullable=nullable, **default)


def id_of(row: Any) -> int:
    """The id of a stored row.

    Raises:
        ValueError: the row was never stored; a mistake of ours.
    """
    if row.id is None:
        raise ValueError(f"{type(row).__name__} has no id: it was never stored")
    return int(row.id)
