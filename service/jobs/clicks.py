"""Keeps what people do in Slack, together with the job that does it: what every door of Slack's calls."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from sqlalchemy import Engine

from integrations.slack.answer import Answer
from integrations.slack.heard import Heard, to_json
from service.clock import Clock
from service.desk.registry import HANDLERS, Entry, entry_of
from service.jobs.queue import queue
from service.pipeline import flow
from service.store import clicks
from service.store.database import transaction

_AT_A_TIME = 3
"""Clicks of one door that are being kept: more threads only take turns at Python's lock, and open connections that are
closed again. With 3, fifty at once wait a fifth as long as with 40."""
_log = logging.getLogger(__name__)


def keeper(engine: Engine, clock: Clock, handlers: Mapping[str, Entry] = HANDLERS) -> Callable[[Heard], Answer | None]:
    """What keeps one thing and says what is answered at once.

    It returns once the thing and its job are committed; what was kept before, and what nobody handles, is only
    answered. Raises where it could not be kept.
    """

    turns = threading.BoundedSemaphore(_AT_A_TIME)

    def keep(heard: Heard) -> Answer | None:
        entry = entry_of(heard, handlers)
        if entry is None:
            _log.info("heard", extra={"kind": heard.kind, "handler": repr(heard.name[:80])})
            return None
        answer = entry.at_once(heard) if entry.at_once is not None else None
        if answer is None or not answer.errors:
            with turns, transaction(engine) as session:
                kept = clicks.keep(
                    session,
                    key=heard.key,
                    kind=heard.kind,
                    workspace=heard.workspace,
                    content=to_json(heard),
                    now=clock(),
                )
                queue(session, [flow.click(kept)] if kept is not None else [])
            _log.info("heard", extra={"kind": heard.kind, "handler": heard.name, "click": kept})
        return answer

    return keep
