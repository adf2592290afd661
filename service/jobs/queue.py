"""Queues jobs on a session's own connection: they exist if, and only if, its transaction is committed."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from sqlmodel import Session

from service.pipeline.outcome import Job

HEARTBEAT_SECONDS = 5.0
STALLED_SECONDS = 20.0
"""Without a heartbeat for so long, a worker counts as dead and its jobs go to another."""

# Never opened: every job is queued on a connection that is given. Tasks go by name, so that this module knows none.
_app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


def queue(session: Session, jobs: Iterable[Job]) -> None:
    """Queue the jobs within the session's transaction. One whose queueing lock is taken is queued already."""
    for alone, together in groupby(jobs, lambda job: job.queueing_lock is not None):
        if alone:
            for job in together:
                _queue_once(session, job)
        else:
            _defer(session, together)


def _queue_once(session: Session, job: Job) -> None:
    try:
        # A savepoint, because the refusal of a second queueing lock would spoil the whole transaction. It begins
        # when the session's connection is asked for inside it, and not before.
        with session.begin_nested():
            _defer(session, [job])
    except AlreadyEnqueued:
        return


def _defer(session: Session, jobs: Iterable[Job]) -> None:
    """In one statement, however many they are."""
    _app.job_manager.batch_defer_jobs(
        jobs=[_made(job) for job in jobs], connection=session.connection().connection.driver_connection
    )


def _made(job: Job) -> procrastinate.jobs.Job:
    task = _app.configure_task(
        job.task,
        allow_unknown=True,
        queue=job.queue,
        lock=job.lock,
        queueing_lock=job.queueing_lock,
        priority=job.priority,
        schedule_in={"seconds": job.wait_seconds} if job.wait_seconds else None,
    )
    return task.make_new_job(**job.arguments)
