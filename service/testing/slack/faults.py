"""What goes wrong on demand, and how Slack says no."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

Payload: TypeAlias = dict[str, Any]
"""A JSON object, as it travels."""


@dataclass(slots=True, kw_only=True)
class Faults:
    """What goes wrong next. The counts run down with each request to a method; `only` names the one that is hit."""

    only: str = ""  # such as "views.open"; empty: any method
    delay_seconds: float = 0.0
    rate_limited: int = 0  # 429 with `Retry-After`
    retry_after: int = 30
    failed: int = 0  # 500, nothing done
    failed_after: int = 0  # 500, though it was done
    dropped: int = 0  # the connection closes without an answer, though it was done
    answers: list[str] = field(default_factory=list)  # the next errors by name, with status 200, nothing done

    def take(self, name: str) -> bool:
        """Whether this fault's turn has come; counts it down."""
        left: int = getattr(self, name)
        if left > 0:
            setattr(self, name, left - 1)
        return left > 0


class Refused(Exception):
    """What Slack answers with `ok: false`."""

    def __init__(self, error: str, **more: object) -> None:
        super().__init__(error)
        self.answer: Payload = {"ok": False, "error": error, **more}


class RateLimited(Refused):
    """What Slack answers with status 429; `retry_after` in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after


def refused_arguments(problems: list[str]) -> Refused:
    """Arguments that are missing, unknown or of the wrong shape, each problem as `rules.shapes.problem` writes it."""
    return Refused("invalid_arguments", response_metadata={"messages": problems})
