"""Real PostgreSQL for tests: one embedded server, migrated once into a template, copied for whoever asks first.

A database that its test has left is emptied and given to the next: that takes a tenth of the time of a new copy.

Safe for several test processes at once: they share the server of the folder they are given, and one of them makes the
template while the others wait.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import Engine, make_url

from service.store import embedded, schema
from service.store.database import connect

TEMPLATE = "earful_template"

_left: dict[str, list[str]] = {}
"""By the server's address, the databases of this process that were left and emptied."""

# Any number will do: it keeps two test processes from making the template at once.
_TEMPLATE_LOCK = 722_399

_CUT_OFF = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""

# Deleting beats TRUNCATE, which makes new files for each table and index. As a replica, PostgreSQL minds no references.
_DELETE_ALL = """
    DO $$
    DECLARE
        name regclass;
        filled boolean;
    BEGIN
        SET LOCAL session_replication_role = replica;
        FOR name IN
            SELECT oid FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
        LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM %s)', name) INTO filled;
            IF filled THEN
                EXECUTE format('DELETE FROM %s', name);
            END IF;
        END LOOP;
        PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
        FROM pg_sequences WHERE last_value IS NOT NULL;
    END $$
"""

# The data is thrown away: nothing needs to survive a power cut.
_CARELESS = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


@contextmanager
def server(folder: Path, *, careless: bool = True) -> Iterator[str]:
    """Run a server in `folder` while the context lasts; yield the address of its own `postgres` database.

    `careless`: do not wait for the disk, as nobody needs the data after a power cut; False where speed is measured.

    Processes that name the same folder share the server; the last one to leave stops it.

    Raises:
        ConfigError: the folder cannot be used.
    """
    with embedded.server(folder, database="postgres") as admin_url:
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute("SELECT pg_advisory_lock(%s)", (_TEMPLATE_LOCK,))
            if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (TEMPLATE,)).fetchone():
                _make_template(admin, admin_url, careless=careless)
        yield admin_url


@contextmanager
def database(admin_url: str) -> Iterator[Engine]:
    """A database of its own at the newest schema, empty; in the end whoever still holds it is cut off.

    Its schema must stay as it is; `empty_database` is for changing it.
    """
    left = _left.setdefault(admin_url, [])
    name = left.pop() if left else _copy(TEMPLATE, admin_url)
    engine = connect(_address(admin_url, name))
    try:
        yield engine
    finally:
        engine.dispose()
        _empty(_address(admin_url, name))
        left.append(name)


@contextmanager
def empty_database(admin_url: str) -> Iterator[Engine]:
    """As `database`, without any schema, dropped at the end: for tests of the migrations themselves."""
    name = _copy("template0", admin_url)
    engine = connect(_address(admin_url, name))
    try:
        yield engine
    finally:
        engine.dispose()
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _make_template(admin: psycopg.Connection, admin_url: str, *, careless: bool) -> None:
    for setting in _CARELESS if careless else ():
        admin.execute(f"ALTER SYSTEM SET {setting}".encode())
    admin.execute("SELECT pg_reload_conf()")
    # Under another name until it is whole: a killed run must not leave half a template behind.
    making = f"{TEMPLATE}_making"
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(making)))
    admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(making)))
    engine = connect(_address(admin_url, making))
    try:
        schema.upgrade(engine)
    finally:
        engine.dispose()
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    admin.execute(rename.format(sql.Identifier(making), sql.Identifier(TEMPLATE)))


def _copy(template: str, admin_url: str) -> str:
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(admin_url, autocommit=True) as admin:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        admin.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
    return name


def _empty(url: str) -> None:
    """Make it as new: nobody in it, no rows, and every number given from the first one on."""
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(_CUT_OFF)
        session.execute(_DELETE_ALL)


def _address(admin_url: str, name: str) -> str:
    return make_url(admin_url).set(database=name).render_as_string(hide_password=False)
