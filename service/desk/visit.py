"""What a handler is given: what was done, by whom, and the means to act on it once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlmodel import Session

from integrations.slack.heard import Heard
from service.actions.actors import Actor
from service.pipeline import flow
from service.pipeline.outcome import Job
from service.store import clicks
from service.store.database import transaction
from service.tools import Tools

if TYPE_CHECKING:
    from integrations.slack.desk import SlackDesk

Queue: TypeAlias = Callable[[Session, Iterable[Job]], None]
Note: TypeAlias = dict[str, Any]
"""What an act leaves for the steps after it: JSON."""


class DoneBefore(Exception):
    """Another run of the same job has finished it: this one ends without a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One thing that a known person did. `heard_at` tells how long they have waited."""

    click_id: int
    heard: Heard
    heard_at: datetime
    by: Actor
    slack: SlackDesk
    tools: Tools
    queue: Queue

    def once(self, name: str, act: Callable[[Session], Note]) -> Note:
        """Act in one transaction with the note that it is done, and return what `act` does.

        Where the job runs again after a crash, the note is returned and nothing is done a second time. `name` tells the
        acts of one handler apart. What raises is not done, and may be tried again.
        """
        with transaction(self.tools.engine) as session:
            click = clicks.undone(session, self.click_id)
            if click is None:
                raise DoneBefore
            notes: dict[str, Note] = click.content.get("notes", {})
            if name in notes:
                return notes[name]
            made = act(session)
            click.content = {**click.content, "notes": {**notes, name: made}}
        self.tools.observe(f"click:{name}")
        return made

    def after(self, session: Session, jobs: Iterable[Job]) -> None:
        """Queue what follows, in the session's transaction, ahead of everything that no person waits for."""
        self.queue(session, flow.with_priority(jobs, flow.PEOPLE))
