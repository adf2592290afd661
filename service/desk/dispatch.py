"""One kept click -> its handler, once."""

from __future__ import annotations

from service.desk.visit import Queue
from service.tools import Tools


def run(click_id: int, tools: Tools, queue: Queue) -> None:
    """Find who did it, let the handler act, tell the person what went wrong, and empty what was kept.

    Safe to run again at any time. Raises only where the database is away, so that the job is tried again.
    """
    raise NotImplementedError
