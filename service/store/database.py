"""The engine, and `transaction()`: the only commit in the code base."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, make_url
from sqlmodel import Session

from service.errors import ConfigError


def connect(url: str, *, pool_size: int = 5) -> Engine:
    """An engine for `postgresql://…`; nothing is opened yet.

    Raises:
        ConfigError: the address is not one of a PostgreSQL server.
    """
    try:
        address = make_url(url)
    except ValueError as error:
        raise ConfigError("EARFUL_DATABASE_URL cannot be read as an address.", fix=_FORM) from error
    if address.get_backend_name() not in ("postgresql", "postgres"):
        raise ConfigError(f"EARFUL_DATABASE_URL names a {address.get_backend_name()} database.", fix=_FORM)
    return create_engine(
        address.set(drivername="postgresql+psycopg"), pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One unit of work: committed as a whole at the end, or rolled back as a whole on any error."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


def psycopg_url(engine: Engine) -> str:
    """The engine's address as libpq reads it, password included: never log it."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


_FORM = "Give one of the form postgresql://user:password@host:5432/database."
