"""How the queue of jobs is doing, for the health check."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """Jobs by where they stand."""

    waiting: int  # due now, and nobody does them
    running: int
    failed: int
    oldest_waiting_seconds: float


# procrastinate's table: `todo` jobs may be planned for later, and its first event says since when a job waits.
_FIGURES = text(
    """
    SELECT count(*) FILTER (WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())) AS waiting,
           count(*) FILTER (WHERE status = 'doing') AS running,
           count(*) FILTER (WHERE status = 'failed') AS failed,
           coalesce(max(extract(epoch FROM now() - coalesce(scheduled_at, (
               SELECT min(at) FROM procrastinate_events event WHERE event.job_id = job.id
           )))) FILTER (WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())), 0) AS oldest
    FROM procrastinate_jobs job
    WHERE status IN ('todo', 'doing', 'failed')
    """
)


def queue_figures(session: Session) -> QueueFigures:
    """The figures at this moment."""
    row = session.execute(_FIGURES).one()
    return QueueFigures(
        waiting=row.waiting, running=row.running, failed=row.failed, oldest_waiting_seconds=float(row.oldest)
    )
