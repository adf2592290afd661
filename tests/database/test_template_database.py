"""The fixture itself: each test gets a database of its own, at the newest schema."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import Engine, text

from service.store import schema
from service.store.database import psycopg_url
from service.testing import postgres


def test_each_test_finds_an_empty_database_at_the_newest_schema(postgres_server: str) -> None:
    """What one writes, and what it still holds at the end, the next does not see: not even by a number."""
    for _ in range(3):
        with postgres.database(postgres_server) as engine:
            assert schema.current(engine) == schema.newest()
            with engine.begin() as connection:
                number = connection.execute(
                    text("INSERT INTO organisations (external_id, name) VALUES ('o-1', 'Guild') RETURNING id")
                ).scalar_one()
                assert number == 1
                assert connection.execute(text("SELECT count(*) FROM organisations")).scalar_one() == 1
            held = psycopg.connect(psycopg_url(engine))
            held.execute("LOCK TABLE organisations")
        with pytest.raises(psycopg.OperationalError):
            held.execute("SELECT 1")
        held.close()


def test_a_database_without_schema_can_be_brought_to_it(empty_database: Engine) -> None:
    """Migrations run from nothing, and running them again changes nothing."""
    assert schema.current(empty_database) is None
    schema.upgrade(empty_database)
    schema.upgrade(empty_database)
    assert schema.current(empty_database) == schema.newest()
