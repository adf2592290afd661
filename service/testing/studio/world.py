"""What the sample's internet shows now: the phase, and how often each path was asked for."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias

from service.clock import now
from service.testing.studio.content import Studio
from service.testing.studio.conversation import Conversation
from service.testing.studio.imports import write_imports
from service.testing.studio.reddit import Gate
from service.testing.studio.showing import Showing, show

Phase: TypeAlias = Literal[1, 2]


class World:
    """What the internet shows now, and how often it was asked. Safe to use from several threads."""

    def __init__(
        self,
        studio: Studio,
        epoch: datetime,
        *,
        phase: Phase = 1,
        exports: Path | None = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        """Begin in `phase`; where `exports` is given, the shop's files are written there now and at each change."""
        self.clock = clock
        self._studio = studio
        epoch = epoch.astimezone(UTC)
        self._showings = {number: show(studio.content, epoch, number) for number in (1, 2)}
        self._exports = exports
        self._lock = threading.Lock()
        self._asked: Counter[str] = Counter()
        self._phase: Phase = phase
        self.gate = Gate()
        self.talk = Conversation(exports)
        self.turn(phase)

    @property
    def phase(self) -> Phase:
        """The phase that is shown now."""
        return self._phase

    @property
    def showing(self) -> Showing:
        """Everything that is shown now."""
        return self._showings[self._phase]

    def turn(self, phase: Phase) -> None:
        """Show another phase from now on."""
        with self._lock:
            self._phase = phase
            if self._exports is not None:
                write_imports(self._exports, self._studio, self.showing)

    def count(self, path: str) -> None:
        """Note that a path was asked for."""
        with self._lock:
            self._asked[path] += 1

    def asked(self) -> dict[str, int]:
        """How often each path was asked for."""
        with self._lock:
            return dict(self._asked)
