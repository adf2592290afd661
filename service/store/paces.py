"""Turns at platforms, shared by every worker on every machine through one row a platform and credential.

The server's clock is the only one that is asked, so that machines need not agree on the time.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, text

from service.store.database import transaction

# `slot_at` is the turn that this statement gives, or, where it is too far off, the one that it does not take.
_TURN = text("""
    INSERT INTO platform_paces AS held (platform, credential, slot_at, free_at)
    VALUES (:platform, :credential, statement_timestamp(), statement_timestamp() + make_interval(secs => :step))
    ON CONFLICT (platform, credential) DO UPDATE SET
        slot_at = greatest(held.free_at, statement_timestamp()),
        free_at = CASE WHEN held.free_at > statement_timestamp() + make_interval(secs => :patience) THEN held.free_at
                       ELSE greatest(held.free_at, statement_timestamp()) + make_interval(secs => :step) END
    RETURNING extract(epoch FROM slot_at - statement_timestamp())
""")
_REST = text("""
    INSERT INTO platform_paces AS held (platform, credential, slot_at, free_at)
    VALUES (:platform, :credential, clock_timestamp(), clock_timestamp() + make_interval(secs => :seconds))
    ON CONFLICT (platform, credential) DO UPDATE SET free_at = greatest(held.free_at, EXCLUDED.free_at)
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPace:
    """Turns for one source, each given in a transaction of its own; see `collectors.base.Pacing`.

    `platform` None: every place that is asked has turns of its own.
    """

    engine: Engine
    platform: str | None
    credential: str
    step: float  # seconds between two requests

    def turn(self, place: str, *, patience: float, apart: float = 0.0) -> float:
        """See `Pacing.turn`."""
        asked = {**self._row(place), "step": max(self.step, apart), "patience": patience}
        with transaction(self.engine) as session:
            return float(session.execute(_TURN, asked).scalar_one())

    def rest(self, place: str, seconds: float) -> None:
        """See `Pacing.rest`."""
        with transaction(self.engine) as session:
            session.execute(_REST, {**self._row(place), "seconds": seconds})

    def _row(self, place: str) -> dict[str, str]:
        return {"platform": self.platform or place, "credential": self.credential}


def digest_of_keys(kind: str, secrets: Mapping[str, str]) -> str:
    """What tells one set of keys from another without telling the keys; empty where there are none."""
    if not secrets:
        return ""
    told = "\x1f".join(f"{name}={secrets[name]}" for name in sorted(secrets))
    return hmac.new(kind.encode(), told.encode(), hashlib.sha256).hexdigest()[:16]
