"""Locks that outlast a transaction: held on the server, which lets go of them should this process die."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

DELIVERIES = 722_303
REPLIES = 722_304
TELLINGS = 722_305
"""The classes of our advisory locks."""


@contextmanager
def alone(engine: Engine, kind: int, number: int) -> Iterator[bool]:
    """Whether nobody else works on this one of its kind; nobody else will, as long as the context lasts."""
    with engine.connect() as connection:
        lock = {"kind": kind, "id": number % 2**31}
        held = bool(connection.execute(text("SELECT pg_try_advisory_lock(:kind, :id)"), lock).scalar())
        connection.commit()
        try:
            yield held
        finally:
            if held:
                connection.execute(text("SELECT pg_advisory_unlock(:kind, :id)"), lock)
                connection.commit()
