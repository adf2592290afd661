"""What a handler is given: what was done, by whom, and the means to act on it once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlmodel import Session

from integrations.slack.desk import Desk
from integrations.slack.heard import Heard
from service.actions.actors import Actor
from service.pipeline.outcome import Job
from service.tools import Tools

Queue: TypeAlias = Callable[[Session, Iterable[Job]], None]
Note: TypeAlias = dict[str, Any]
"""What an act leaves for the steps after it: JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One thing that a known person did. `heard_at` tells how long they have waited."""

    click_id: int
    heard: Heard
    heard_at: datetime
    by: Actor
    slack: Desk
    tools: Tools
    queue: Queue

    def once(self, name: str, act: Callable[[Session], Note]) -> Note:
        """Do it in one transaction with the note that it is done, and return its note.

        Where the job runs again after a crash, the kept note is returned and nothing is done a second time. `name`
        tells the acts of one handler apart. What `act` queues (`self.after`) is committed with it.
        """
        raise NotImplementedError

    def after(self, session: Session, jobs: Iterable[Job]) -> None:
        """Queue what follows, ahead of everything that no person waits for."""
        raise NotImplementedError
