"""The one table of what an error that ends a job leads to.

Errors that a stage expects (a busy platform, a refusing target) never arrive here: the stage writes them down and
queues its own next try. What does arrive is a lost database, or a mistake of ours.
"""

from __future__ import annotations

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job as QueuedJob
from sqlalchemy.exc import DBAPIError, OperationalError

from nlp.base import ModelMissing
from service.errors import NotFound

_MOST_ATTEMPTS = 6


class RetryTable(BaseRetryStrategy):
    """Wait and try again, or give up and leave the job as failed for `doctor` to show."""

    def get_retry_decision(self, *, exception: BaseException, job: QueuedJob) -> RetryDecision | None:
        """Seconds to wait, by the kind of error; None: give up."""
        wait = seconds_to_wait(exception, job.attempts)
        return None if wait is None else RetryDecision(retry_in={"seconds": wait})


def seconds_to_wait(error: BaseException, attempts: int) -> int | None:
    """How long to wait before the job is tried again after `attempts` tries (0 or more); None: never."""
    match error:
        case NotFound():
            return None  # what the job is about is no longer there
        case ModelMissing():
            return 300  # a person must put the model back; nothing is lost by waiting
        case OperationalError() | DBAPIError():
            return int(min(2**attempts, 60))  # the database was away, or two transactions collided
        case _:
            return int(4**attempts) if attempts < _MOST_ATTEMPTS else None
