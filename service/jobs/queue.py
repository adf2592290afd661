"""Queues jobs on a session's own connection: they exist if, and only if, its transaction is committed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

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
    for job in jobs:
        if job.queueing_lock is None:
            _defer(session, job)
            continue
        try:
            # A savepoint, because the refusal of a second queueing lock would spoil the whole transaction. It begins
            # when the session's connection is asked for inside it, and not before.
            with session.begin_nested():
                _defer(session, job)
        except AlreadyEnqueued:
            continue


def _defer(session: Session, job: Job) -> None:
    _deferrer(job, session.connection().connection.driver_connection).defer(**job.arguments)


def _deferrer(job: Job, connection: Any) -> procrastinate.jobs.JobDeferrer:
    return _app.configure_task(
        job.task,
        allow_unknown=True,
        queue=job.queue,
        lock=job.lock,
        queueing_lock=job.queueing_lock,
        priority=job.priority,
        schedule_in={"seconds": job.wait_seconds} if job.wait_seconds else None,
        connection=connection,
    )
