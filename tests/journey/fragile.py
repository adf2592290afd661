"""Workers that are killed on command, and what makes the next one go on: for tests of what a crash leaves behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Engine, text

from service.jobs import timetable
from service.store.database import psycopg_url
from service.testing.tools import make_tools


@contextmanager
def fragile_worker(engine: Engine, environment: Mapping[str, str]) -> Iterator[Callable[[str], str]]:
    """Give a function that runs a worker, killed or not, as `service.testing.fragile_worker` takes it in words."""
    with subprocess.Popen(
        [sys.executable, "-m", "service.testing.fragile_worker", psycopg_url(engine)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def run(word: str) -> str:
            process.stdin.write(f"{word}\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            return process.stdout.readline().strip()  # type: ignore[union-attr]

        yield run
        process.stdin.close()


def hand_back(engine: Engine) -> None:
    """What the timetable does every few seconds, without waiting until the dead worker is missed."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"))
        connection.execute(text("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'"))
    timetable.queue_recovery(make_tools(engine))


def ready(engine: Engine) -> bool:
    """Whether there is work that was not done."""
    with engine.connect() as connection:
        return bool(
            connection.execute(text("SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")).first()
        )
