"""The migrations make the tables that the models describe, and the queue that the installed procrastinate needs."""

from __future__ import annotations

from alembic import command
from procrastinate.schema import migrations_path
from sqlalchemy import Engine, inspect

from service.store import schema

NEWEST_OF_THE_QUEUE = "03.04.00_50_post_add_retry_failed_job_procedure.sql"
"""What revision 0002 stands for. A newer one in procrastinate needs a revision of ours that runs its SQL."""


def test_the_queue_s_schema_is_the_one_that_our_revision_makes() -> None:
    """A release of procrastinate with another schema fails here, before it fails on somebody's database."""
    assert max(path.name for path in migrations_path.glob("*.sql")) == NEWEST_OF_THE_QUEUE


def test_the_models_and_the_migrations_agree(empty_database: Engine) -> None:
    """From nothing to the newest revision, Alembic finds no table or column that a model describes otherwise."""
    schema.upgrade(empty_database)
    with empty_database.connect() as connection:
        command.check(schema.configuration(connection))


def test_every_revision_can_be_undone(empty_database: Engine) -> None:
    """Down to nothing and up again: the way back is as good as the way there."""
    schema.upgrade(empty_database)
    with empty_database.connect() as connection, connection.begin():
        command.downgrade(schema.configuration(connection), "base")
    assert inspect(empty_database).get_table_names() == ["alembic_version"]
    schema.upgrade(empty_database)
    assert schema.current(empty_database) == schema.newest()
