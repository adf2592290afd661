"""What a stage leaves for the queue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlmodel import Session

Thing = TypeVar("Thing")

BATCH = 64  # posts a job: enough to fill the encoder, few enough to lose little time to a crash


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One unit of queued work."""

    task: str
    arguments: dict[str, Any]
    queue: str = "posts"
    lock: str | None = None  # one at a time for each value
    queueing_lock: str | None = None  # queued at most once for each value
    wait_seconds: float = 0.0
    priority: int = 0  # higher ones are done first


Queue = Callable[[Session, Iterable[Job]], None]
"""Queues jobs within a session's transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The jobs that became necessary; queued in the stage's own transaction."""

    next: Sequence[Job] = field(default_factory=tuple)


def batches(things: Sequence[Thing], size: int = BATCH) -> Iterator[list[Thing]]:
    """The things, in runs of at most `size`."""
    for start in range(0, len(things), size):
        yield list(things[start : start + size])
