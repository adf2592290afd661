"""How often an app may ask: buckets that fill with time, as Slack's tiers do.

https://docs.slack.dev/apis/web-api/rate-limits. Slack names the rates; the bursts are our guess.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from service.testing.slack.faults import RateLimited

TIERS: Mapping[int, int] = {1: 1, 2: 20, 3: 50, 4: 100}
"""Requests a minute, for each method in each workspace."""

POSTING = 0
"""In place of a tier: a message a second in each channel, with a short burst."""

_POSTING_BURST = 5


@dataclass(slots=True)
class Pace:
    """Lets requests through at Slack's pace; everything while it is off. `seconds` is a clock that never goes back."""

    on: bool = False
    seconds: Callable[[], float] = time.monotonic
    _buckets: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)  # left, at what time
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, method: str, tier: int, channel: str) -> None:
        """Count one request.

        Raises:
            RateLimited: it came too early, and is not counted.
        """
        if not self.on:
            return
        most, rate = (_POSTING_BURST, 1.0) if tier == POSTING else (TIERS[tier], TIERS[tier] / 60)
        key = (method, channel if tier == POSTING else "")
        with self._lock:
            moment = self.seconds()
            left, since = self._buckets.get(key, (float(most), moment))
            left = min(most, left + (moment - since) * rate)
            if left < 1:
                raise RateLimited(math.ceil((1 - left) / rate))
            self._buckets[key] = (left - 1, moment)
