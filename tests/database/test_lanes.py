"""A click is worked on at once, whatever else a worker is at."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context

from sqlalchemy import Engine
from sqlmodel import Session

from service.clock import now
from service.jobs.app import run_worker
from service.jobs.queue import queue
from service.models import Click, Delivery
from service.pipeline import flow
from service.store import clicks
from service.store.clicks import NewClick
from service.store.database import connect, psycopg_url, transaction
from service.testing.tools import make_tools

PATIENCE = 120.0  # seconds: a bound for a machine that does other things too, not a measure


def work(url: str) -> None:
    """A worker with one hand for stages, whose first stage never ends."""

    def observe(step: str) -> None:
        if step == "understand:begun":
            threading.Event().wait()

    run_worker(make_tools(connect(url), observe=observe), concurrency=1)


@contextmanager
def a_busy_worker(database: Engine) -> Iterator[None]:
    """In a process of its own, which is gone afterwards."""
    process = get_context("spawn").Process(target=work, args=(psycopg_url(database),))
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def kept(session: Session) -> int:
    """A click that no handler is for: its job only empties it."""
    heard = {"kind": "action", "key": "k", "name": "nobody's"}
    (number,) = clicks.keep(session, [NewClick(key="k", kind="action", workspace="T1", heard=heard)], now())
    return number or 0


def test_neither_a_click_nor_a_message_waits_for_a_stage(database: Engine) -> None:
    """Both are done while the only hand for stages is taken."""
    with transaction(database) as session:
        click_id = kept(session)
        card = Delivery(key="d", target="slack", address="#rnd", reason="", created_at=now(), state="failed")
        session.add(card)
        session.flush()
        queue(session, [*flow.start([1]), flow.click(click_id), flow.deliver(card.id or 0)])
    with a_busy_worker(database):
        until = time.monotonic() + PATIENCE
        while left := _left(database, click_id):
            assert time.monotonic() < until, left
            time.sleep(0.1)


def _left(database: Engine, click_id: int) -> list[str]:
    """What is still to be done besides the stage."""
    with transaction(database) as session:
        click = session.get_one(Click, click_id)
        waiting = [] if click.done_at else ["click"]
    with database.connect() as connection:
        jobs = connection.exec_driver_sql("SELECT task_name FROM procrastinate_jobs WHERE task_name <> 'understand'")
        return waiting + [str(name) for (name,) in jobs]
