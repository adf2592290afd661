"""Clicks that come at the same time share a transaction, and nothing else."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from integrations.slack.answer import Answer
from integrations.slack.heard import Heard
from service.clock import now
from service.desk.registry import Entry
from service.desk.visit import Visit
from service.jobs.clicks import keeper
from service.models import Click
from service.store.database import transaction
from tests.database.clicks.scene import PATIENCE


def heard(key: str) -> Heard:
    """A press of a button."""
    return Heard(kind="action", name="claim", key=key, workspace="T1", user="U1")


def do_nothing(visit: Visit) -> None:
    """What a button does that is never worked on here."""
    del visit


@dataclass
class Rush:
    """The first one's transaction lasts until all others have come."""

    coming: int
    transactions: int = 0
    all_here: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def clock(self) -> datetime:
        """Asked once in each transaction."""
        self.transactions += 1
        assert self.all_here.wait(PATIENCE)
        return now()

    def arrive(self, _: Heard) -> Answer | None:
        """Asked of each click before it is kept."""
        with self.lock:
            self.coming -= 1
        if not self.coming:
            self.all_here.set()
        return None


def rush(database: Engine, keys: Sequence[str]) -> tuple[list[Future[Answer | None]], int]:
    """What became of each, and in how many transactions."""
    rush = Rush(len(keys))
    keep = keeper(database, rush.clock, {"action:claim": Entry(do_nothing, rush.arrive)})
    with ThreadPoolExecutor(len(keys)) as threads:
        ends = [threads.submit(keep, heard(key)) for key in keys]
    return ends, rush.transactions


def stored(database: Engine) -> tuple[list[str], int]:
    """The keys that are kept, and how many jobs are queued for them."""
    with transaction(database) as session:
        keys = sorted(session.scalars(select(col(Click.key))))
        jobs = session.connection().scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'click'"))
    return keys, int(jobs or 0)


def test_a_rush_takes_a_few_transactions(database: Engine) -> None:
    """Each click is there with a job of its own; the last one waits for two commits and not for thirty."""
    keys = [f"click-{number:02}" for number in range(30)]
    ends, transactions = rush(database, keys)
    assert [end.result() for end in ends] == [None] * 30
    assert stored(database) == (keys, 30)
    assert transactions < 10


def test_the_same_thing_many_times_at_once_is_one(database: Engine) -> None:
    """Also within one transaction."""
    ends, _ = rush(database, ["again"] * 12 + ["other"])
    assert all(end.exception() is None for end in ends)
    assert stored(database) == (["again", "other"], 2)


def test_one_that_cannot_be_kept_takes_nobody_with_it(database: Engine) -> None:
    """Only its own sender hears that it was not kept."""
    unkeepable = secrets.token_hex(20_000)  # longer than an index takes
    keys = [f"click-{number}" for number in range(8)]
    ends, _ = rush(database, [*keys[:4], unkeepable, *keys[4:]])
    with pytest.raises(DBAPIError):
        ends.pop(4).result()
    assert [end.result() for end in ends] == [None] * 8
    assert stored(database) == (keys, 8)
