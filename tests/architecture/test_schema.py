"""The migrations make the tables that the models describe, and the queue that the installed procrastinate needs."""

from __future__ import annotations

from datetime import timedelta

from alembic import command
from procrastinate.schema import migrations_path
from sqlalchemy import Engine, inspect, text

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


def test_gaps_that_runs_had_noted_become_records(empty_database: Engine) -> None:
    """One for each source and wording, from the first time to the last, so that an upgrade forgets none."""
    with empty_database.connect() as connection, connection.begin():
        command.upgrade(schema.configuration(connection), "0006")
        connection.execute(
            text(
                "INSERT INTO sources (name, kind, options, own, enabled, every_minutes, state, state_reason, "
                "next_due_at, failure_count, setup_digest) "
                "VALUES ('forum', 'feed', '{}', false, true, 15, 'listening', '', now(), 0, '')"
            )
        )
        for day, gap in ((1, "some"), (2, "some"), (3, "others"), (4, None)):
            connection.execute(
                text(
                    "INSERT INTO source_runs (source_id, started_at, ended_at, state, message, pages, new_count, "
                    "changed_count, gone_count, set_aside_count, gap) "
                    "SELECT id, :at, :at, 'listening', '', 1, 0, 0, 0, 0, :gap FROM sources"
                ),
                {"at": f"2026-11-0{day}T12:00Z", "gap": gap},
            )
    schema.upgrade(empty_database)
    with empty_database.connect() as connection:
        found = connection.execute(text("SELECT words, last_noted_at - noted_at FROM source_gaps ORDER BY noted_at"))
        assert [tuple(row) for row in found] == [("some", timedelta(days=1)), ("others", timedelta())]
