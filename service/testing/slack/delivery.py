"""One thing that a person did, on its way to the app: how often it was tried, how fast and how it was acknowledged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from service.testing.slack.faults import Payload

Kind: TypeAlias = Literal["events_api", "interactive", "slash_commands"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try. `why` says what went wrong, in the words of X-Slack-Retry-Reason; empty where it was acknowledged."""

    door: Literal["socket", "http"]
    seconds: float
    why: str = ""
    status: int | None = None  # of the answer over HTTP
    body: object = None  # what the app answered: JSON, a text, or None where it said nothing more


@dataclass(slots=True, kw_only=True)
class Delivery:
    """A payload and its tries."""

    kind: Kind
    payload: Payload
    attempts: list[Attempt] = field(default_factory=list)
    trouble: str = ""  # what the person is told when the answer was none that Slack takes

    @property
    def acknowledged(self) -> bool:
        """Whether the app said that it has it, in time."""
        return any(not attempt.why for attempt in self.attempts)

    @property
    def seconds(self) -> float:
        """How long the last try took."""
        return self.attempts[-1].seconds

    @property
    def body(self) -> object:
        """What the app answered to the last try."""
        return self.attempts[-1].body


class Door(Protocol):
    """A way to the app."""

    def attempt(self, delivery: Delivery, number: int, why: str, patience: float) -> Attempt:
        """Try once. `number` is 0 at first; `why` is the try's before; `patience` in seconds."""
        ...
