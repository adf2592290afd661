"""Keeps what people do in Slack, together with the job that does it: what every door of Slack's calls."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from integrations.slack.answer import Answer
from integrations.slack.heard import Heard, to_json
from service.clock import Clock
from service.desk.registry import HANDLERS, Entry, entry_of
from service.jobs.queue import queue
from service.pipeline import flow
from service.store import clicks
from service.store.clicks import NewClick
from service.store.database import transaction

_log = logging.getLogger(__name__)


def keeper(engine: Engine, clock: Clock, handlers: Mapping[str, Entry] = HANDLERS) -> Callable[[Heard], Answer | None]:
    """What keeps one thing and says what is answered at once.

    It returns once the thing and its job are committed; what was kept before, and what nobody handles, is only
    answered. Raises where it could not be kept.
    """
    book = _Book(engine, clock)

    def keep(heard: Heard) -> Answer | None:
        entry = entry_of(heard, handlers)
        if entry is None:
            _log.info("heard", extra={"kind": heard.kind, "handler": repr(heard.name[:80])})
            return None
        answer = entry.at_once(heard) if entry.at_once is not None else None
        if answer is None or not answer.errors:
            kept = book.keep(NewClick(key=heard.key, kind=heard.kind, workspace=heard.workspace, heard=to_json(heard)))
            _log.info("heard", extra={"kind": heard.kind, "handler": heard.name, "click": kept})
        return answer

    return keep


@dataclass(slots=True)
class _Line:
    """A click on its way into the store. `taken`: somebody has tried to write it together with others."""

    click: NewClick
    taken: bool = False
    written: bool = False
    id: int | None = None


class _Book:
    """Writes what comes at once in one transaction: whoever's turn it is writes for everybody who waits.

    With a transaction for each, the last of fifty people who click at once waits twice as long.
    """

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._turn = threading.Lock()
        self._waiting: deque[_Line] = deque()

    def keep(self, click: NewClick) -> int | None:
        """The click's id, once it is committed with its job; None where it was kept before."""
        line = _Line(click)
        self._waiting.append(line)
        with self._turn:
            if not line.taken:
                self._write_waiting()
            if not line.written:  # together it could not be done: now everyone fails for reasons of their own
                self._write([line])
        return line.id

    def _write_waiting(self) -> None:
        lines = [self._waiting.popleft() for _ in range(len(self._waiting))]
        for line in lines:
            line.taken = True
        try:
            self._write(lines)
        except Exception as error:  # noqa: BLE001 (each is tried alone next, and raises where it fails again)
            # The kind alone: an error's words may quote what was said.
            what = {"clicks": len(lines), "error": type(error).__name__}
            _log.warning("Clicks could not be kept together, and are tried one by one.", extra=what)

    def _write(self, lines: Sequence[_Line]) -> None:
        with transaction(self._engine) as session:
            ids = clicks.keep(session, [line.click for line in lines], self._clock())
            queue(session, [flow.click(kept) for kept in ids if kept is not None])
        for line, kept in zip(lines, ids, strict=True):
            line.id, line.written = kept, True
