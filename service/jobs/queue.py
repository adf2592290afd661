"""Queues jobs on a session's own connection: they exist if, and only if, its transaction is committed."""

from __future__ import annotations

from collections.abc import Iterable

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from sqlmodel import Session

from service.pipeline.outcome import Job

# Never opened: every job is queued on a connection that is given. Tasks go by name, so that this module knows none.
_app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


def queue(session: Session, jobs: Iterable[Job]) -> None:
    """Queue the jobs within the session's transaction. One whose queueing lock is taken is queued already."""
    for job in jobs:
        deferrer = _app.configure_task(
            job.task,
            allow_unknown=True,
            queue=job.queue,
            lock=job.lock,
            queueing_lock=job.queueing_lock,
            schedule_in={"seconds": job.wait_seconds} if job.wait_seconds else None,
            connection=session.connection().connection.driver_connection,
        )
        try:
            # A savepoint, because the refusal of a second queueing lock would spoil the whole transaction.
            with session.begin_nested():
                deferrer.defer(**job.arguments)
        except AlreadyEnqueued:
            continue
