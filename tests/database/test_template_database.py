"""The fixture itself: each test gets a database of its own, at the newest schema."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from service.store import schema


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_an_empty_database_at_the_newest_schema(database: Engine, turn: int) -> None:
    """What one test writes, the next does not see."""
    assert schema.current(database) == schema.newest()
    with database.begin() as connection:
        connection.execute(text("INSERT INTO organisations (external_id, name) VALUES ('o-1', 'Guild')"))
        assert connection.execute(text("SELECT count(*) FROM organisations")).scalar_one() == 1


def test_a_database_without_schema_can_be_brought_to_it(empty_database: Engine) -> None:
    """Migrations run from nothing, and running them again changes nothing."""
    assert schema.current(empty_database) is None
    schema.upgrade(empty_database)
    schema.upgrade(empty_database)
    assert schema.current(empty_database) == schema.newest()
