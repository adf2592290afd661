"""The only place that asks what time it is, so that tests can say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]


def now() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)
