"""The engine, and `transaction()`: the only commit in the code base."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
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
        address.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        # Planned for its values each time: a plan made while a table was small would read all of it when it is large.
        connect_args={"prepare_threshold": None},
    )


def require(url: str) -> None:
    """See that the server at `url` lets us in.

    Raises:
        ConfigError: it does not, or the address is none; the password is in no message.
    """
    engine = connect(url)
    try:
        psycopg.connect(psycopg_url(engine), connect_timeout=_PATIENCE).close()
    except psycopg.Error as error:
        at = engine.url
        raise ConfigError(
            f"The database “{at.database or ''}” on {at.host or 'this machine'}, port {at.port or 5432}, "
            f"cannot be reached{_why(error, engine)}.",
            fix="See that the server runs, and that EARFUL_DATABASE_URL has the right host, port, user and password.",
        ) from None
    finally:
        engine.dispose()


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One unit of work: committed as a whole at the end, or rolled back as a whole on any error."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


def psycopg_url(engine: Engine) -> str:
    """The engine's address as libpq reads it, password included: never log it."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _why(error: psycopg.Error, engine: Engine) -> str:
    """The driver's last line, unless it repeats the password."""
    reason = (str(error).strip().splitlines() or [""])[-1].strip().rstrip(".?")
    password = engine.url.password or engine.url.query.get("password")
    return "" if not reason or (password and str(password) in reason) else f" ({reason})"


_PATIENCE = 10  # seconds that a server gets to let us in
_FORM = "Give one of the form postgresql://user:password@host:5432/database."
