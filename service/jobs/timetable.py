"""When things are due. APScheduler only ever queues jobs here; the work is the workers'.

Any number of schedulers may run: what is due is taken under a row lock, and a job that must not be queued twice carries
a queueing lock.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler

from service.jobs.queue import STALLED_SECONDS, queue
from service.pipeline import channel_digest, flow, lessons, team_digest
from service.pipeline.outcome import Job
from service.store import sources
from service.store.database import transaction
from service.tools import Tools

_log = logging.getLogger(__name__)


def build(tools: Tools) -> BaseScheduler:
    """The timetable, not started yet."""
    # A late tick is still wanted (the default grace of one second drops it), and one tick stands for several missed.
    scheduler = BackgroundScheduler(
        timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    every: list[tuple[str, float, Callable[[Tools], None]]] = [
        ("sources", 5, queue_due_sources),
        ("lessons", 5, queue_lessons),
        ("recover", 10, queue_recovery),
        ("rechecks", 60, queue_due_rechecks),
        ("digests", 60, queue_due_digests),
        ("sweep", 300, queue_sweep),
        ("issues", 600, queue_issue_review),
    ]
    for name, seconds, tick in every:
        scheduler.add_job(_guarded, "interval", seconds=seconds, args=[name, tick, tools], id=name)
    scheduler.add_job(_guarded, args=["sources", queue_due_sources, tools], id="at start")
    return scheduler


def queue_due_sources(tools: Tools) -> None:
    """Queue listening to every source whose time has come."""
    with transaction(tools.engine) as session:
        due = sources.take_due(session, now=tools.clock())
        queue(session, [flow.collect(source.id) for source in due if source.id is not None])


def queue_due_rechecks(tools: Tools) -> None:
    """Queue looking kept posts up again, for the sources whose passport asks for it."""
    with transaction(tools.engine) as session:
        due = sources.take_due_rechecks(session, now=tools.clock(), every=tools.rechecks)
        queue(session, [flow.recheck(source.id) for source in due if source.id is not None])


def queue_lessons(tools: Tools) -> None:
    """Queue what people's labels make necessary."""
    with transaction(tools.engine) as session:
        queue(session, lessons.due(session))


def queue_due_digests(tools: Tools) -> None:
    """Queue the digests of teams and channels whose morning has come."""
    with transaction(tools.engine) as session:
        queue(session, [*team_digest.due(session, tools), *channel_digest.due(session, tools)])


def queue_recovery(tools: Tools) -> None:
    """Queue handing back the jobs of dead workers."""
    _queue(tools, Job(task="recover", arguments={"stalled_after": STALLED_SECONDS}, queueing_lock="recover"))


def queue_sweep(tools: Tools) -> None:
    """Queue the search for forgotten work."""
    _queue(tools, Job(task="sweep", arguments={}, queueing_lock="sweep"))


def queue_issue_review(tools: Tools) -> None:
    """Queue judging the issues anew."""
    _queue(tools, Job(task="review_issues", arguments={}, queueing_lock="review_issues"))


def _queue(tools: Tools, job: Job) -> None:
    with transaction(tools.engine) as session:
        queue(session, [job])


def _guarded(name: str, tick: Callable[[Tools], None], tools: Tools) -> None:
    """One tick; what goes wrong (the database away, say) is logged, and the next tick tries again."""
    try:
        tick(tools)
    except Exception:  # noqa: BLE001  the last door before APScheduler, which would only log it under its own name
        _log.exception("tick_failed", extra={"tick": name})
