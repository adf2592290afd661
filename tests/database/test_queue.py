"""Jobs exist if, and only if, the transaction that needs them is committed; what is due is queued once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text

from service.jobs import timetable
from service.jobs.queue import queue
from service.jobs.retry import seconds_to_wait
from service.models import Source
from service.models.columns import id_of
from service.pipeline import flow
from service.pipeline.outcome import Job
from service.store.database import transaction
from service.testing.factories import make_source
from service.testing.tools import make_tools

JOB = Job(task="understand", arguments={"post_ids": [1, 2]})


def queued(engine: Engine) -> list[tuple[str, dict[str, object]]]:
    """Task and arguments of every job."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id"))
        return [(name, arguments) for name, arguments in rows]


def test_a_job_appears_with_its_transaction(database: Engine) -> None:
    """Before the commit nobody sees it, after it everybody does."""
    with transaction(database) as session:
        queue(session, [JOB])
        assert queued(database) == []
    assert queued(database) == [("understand", {"post_ids": [1, 2]})]


def test_a_job_goes_with_its_transaction(database: Engine) -> None:
    """What is rolled back was never queued."""
    with pytest.raises(ZeroDivisionError):
        _queue_and_fail(database)
    assert queued(database) == []


def _queue_and_fail(engine: Engine) -> None:
    with transaction(engine) as session:
        queue(session, [JOB])
        raise ZeroDivisionError


def test_a_second_queueing_is_left_out_without_harm(database: Engine) -> None:
    """The refusal of a taken lock does not spoil what else the transaction does."""
    with transaction(database) as session:
        queue(session, [flow.collect(1)])
    with transaction(database) as session:
        queue(session, [flow.collect(1), JOB])
    assert [name for name, _ in queued(database)] == ["collect", "understand"]


def test_two_schedulers_queue_a_due_source_once(database: Engine) -> None:
    """Whoever takes a source sets its next time; the other finds nothing due."""
    tools = make_tools(database)
    with transaction(database) as session:
        make_source(session, next_due_at=datetime.now(UTC) - timedelta(minutes=1), every_minutes=15)
        make_source(session, next_due_at=datetime.now(UTC) + timedelta(minutes=1))
        make_source(session, next_due_at=datetime.now(UTC) - timedelta(minutes=1), enabled=False)
    timetable.queue_due_sources(tools)
    timetable.queue_due_sources(tools)

    assert len(queued(database)) == 1


def test_two_schedulers_at_the_same_moment_queue_it_once(database: Engine) -> None:
    """While one holds the row, the other passes it over."""
    from service.store import sources

    with transaction(database) as session:
        source = make_source(session, next_due_at=datetime.now(UTC) - timedelta(minutes=1))
    now = datetime.now(UTC)
    with transaction(database) as one, transaction(database) as other:
        assert [s.id for s in sources.take_due(one, now=now)] == [source.id]
        assert sources.take_due(other, now=now) == []


def test_rechecks_are_queued_for_the_kinds_that_ask_for_them(database: Engine) -> None:
    """Reddit's passport asks for it, a file's does not."""
    tools = make_tools(database)
    with transaction(database) as session:
        reddit = make_source(session, kind="reddit")
        make_source(session, kind="tabular")
    timetable.queue_due_rechecks(tools)
    timetable.queue_due_rechecks(tools)

    assert queued(database) == [("recheck", {"source_id": id_of(reddit)})]


def test_what_was_forgotten_is_swept_up(database: Engine) -> None:
    """The sweep and the recovery are queued once, however many schedulers tick."""
    tools = make_tools(database)
    for _ in range(2):
        timetable.queue_sweep(tools)
        timetable.queue_recovery(tools)
        timetable.queue_issue_review(tools)
    assert sorted(name for name, _ in queued(database)) == ["recover", "review_issues", "sweep"]


def test_a_mistake_of_ours_is_tried_a_few_times_and_then_shown() -> None:
    """An error that nobody expects does not circle for ever."""
    waits = [seconds_to_wait(KeyError("x"), attempts) for attempts in range(8)]

    assert waits[:6] == [1, 4, 16, 64, 256, 1024]
    assert waits[6:] == [None, None]


def test_sources_follow_the_configuration(database: Engine) -> None:
    """A changed entry is changed, a missing one is switched off and keeps its cursor."""
    from service.store import sources

    row = {
        "name": "forum",
        "kind": "feed",
        "product": None,
        "options": {"url": "https://forum.example.org/feed"},
        "base_url": None,
        "own": False,
        "enabled": True,
        "every_minutes": 15,
        "pace_seconds": None,
        "setup_digest": "",
    }
    now = datetime.now(UTC)
    with transaction(database) as session:
        sources.synchronise(session, [row, {**row, "name": "blog"}], now=now)
    with transaction(database) as session:
        for source in session.scalars(select(Source)):
            source.cursor = {"seen": 1}
    with transaction(database) as session:
        sources.synchronise(session, [{**row, "every_minutes": 5}], now=now)
    with transaction(database) as session:
        held = {source.name: source for source in session.scalars(select(Source))}
    assert (held["forum"].every_minutes, held["forum"].enabled, held["blog"].enabled) == (5, True, False)
    assert [source.cursor for source in held.values()] == [{"seen": 1}, {"seen": 1}]
