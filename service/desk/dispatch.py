"""One kept click -> its handler, once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from integrations.base import IntegrationError, TargetBusy
from integrations.slack.heard import Heard, from_json
from service.actions.actors import Actor, actor_of
from service.actions.users import tie_account
from service.desk.registry import HANDLERS, Entry, entry_of
from service.desk.telling import tell
from service.desk.visit import DoneBefore, Queue, Visit
from service.errors import NotAllowed, ServiceError
from service.models.columns import id_of
from service.pipeline import flow
from service.store import clicks
from service.store.database import transaction
from service.tools import Tools

if TYPE_CHECKING:
    from integrations.slack.desk import SlackDesk

_PATIENCE = timedelta(minutes=5)  # after that the person has long gone on
_BACK_OFF = 2.0  # seconds, where a busy Slack names no time
_TOO_LATE = "That took too long, and Slack opens nothing any more. Please try once more."
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Kept:
    heard: Heard
    heard_at: datetime


def run(click_id: int, tools: Tools, queue: Queue, *, handlers: Mapping[str, Entry] = HANDLERS) -> None:
    """Find who did it, let the handler act, tell the person what went wrong, and empty what was kept.

    Safe to run again at any time. Raises only where the database is away, so that the job is tried again.
    """
    kept = _load(click_id, tools)
    entry = entry_of(kept.heard, handlers) if kept is not None else None
    if kept is None:
        return
    tools.observe("click:begun")
    problem: str | None = None
    try:
        if entry is not None:
            problem = _work(click_id, kept, entry, tools, queue)
    except DoneBefore:
        return
    except TargetBusy as busy:
        if tools.clock() - kept.heard_at < _PATIENCE:
            _again(click_id, busy, tools, queue)
            return
        problem = str(busy)
    except IntegrationError as error:
        problem = str(error)
    if problem is not None:
        _log.warning("click_failed", extra={"click": click_id, "handler": kept.heard.name, "problem": problem})
    _finish(click_id, problem, tools)
    tools.observe("click:done")


def _load(click_id: int, tools: Tools) -> _Kept | None:
    with transaction(tools.engine) as session:
        click = clicks.undone(session, click_id)
        return None if click is None else _Kept(from_json(click.content["heard"]), click.heard_at)


def _work(click_id: int, kept: _Kept, entry: Entry, tools: Tools, queue: Queue) -> str | None:
    """Let the handler act; what went wrong that somebody who runs Earful should know.

    Raises IntegrationError where the person could not be told, DoneBefore, and where the database is away.
    """
    # Here, because slack-sdk is slow to import and only workers that serve Slack need it.
    from integrations.slack.desk import ExpiredTrigger, ViewGone

    slack = tools.slack(kept.heard.workspace)

    def say(text: str) -> None:
        if not entry.quiet:
            tell(slack, kept.heard, text)

    try:
        by = _who(kept.heard, slack, tools)
        entry.handle(
            Visit(
                click_id=click_id,
                heard=kept.heard,
                heard_at=kept.heard_at,
                by=by,
                slack=slack,
                tools=tools,
                queue=queue,
            )
        )
    except ServiceError as error:
        say(str(error))
    except ExpiredTrigger as late:
        if not late.used:  # else it was opened, and this is the second run
            say(_TOO_LATE)
    except ViewGone:
        pass  # closed, or changed by something newer: nobody waits for it
    except (TargetBusy, DBAPIError, DoneBefore):
        raise
    except IntegrationError as error:
        say(f"That did not work: {error}")
        return str(error)
    except Exception as error:  # noqa: BLE001 (a fault of ours must not leave a person waiting, nor come again)
        _log.exception("click_fault", extra={"click": click_id, "handler": kept.heard.name})
        say(f"Something went wrong in Earful. Its log says more, under click {click_id}.")
        return f"{type(error).__name__} in the handler"
    return None


def _who(heard: Heard, slack: SlackDesk, tools: Tools) -> Actor:
    """The user of ours who did it; tied to their account in Slack when they first do something.

    Raises NotAllowed where they are none of us.
    """
    account = {"target": "slack", "workspace": heard.workspace, "remote_id": heard.user}
    with transaction(tools.engine) as session:
        user = tie_account(session, **account, email=None, now=tools.clock())
        if user is not None:
            return actor_of(session, id_of(user))
    member = slack.member(heard.user)
    if member.stranger:
        raise NotAllowed(f"Earful takes nothing from an account that {member.stranger}.")
    with transaction(tools.engine) as session:
        user = tie_account(session, **account, email=member.email, now=tools.clock())
        if user is not None:
            return actor_of(session, id_of(user))
    if not member.email:
        raise NotAllowed("Slack does not tell Earful your e-mail address. Ask whoever runs it: earful slack setup.")
    raise NotAllowed(
        f"Earful does not know you yet. Ask an admin to take you in: earful user add {member.email} --role community"
    )


def _again(click_id: int, busy: TargetBusy, tools: Tools, queue: Queue) -> None:
    with transaction(tools.engine) as session:
        click = clicks.undone(session, click_id)
        if click is not None:
            click.problem = str(busy)
            queue(session, [flow.click(click_id, wait_seconds=busy.retry_after or _BACK_OFF)])


def _finish(click_id: int, problem: str | None, tools: Tools) -> None:
    with transaction(tools.engine) as session:
        click = clicks.undone(session, click_id)
        if click is not None:
            click.content, click.problem, click.done_at = {}, problem, tools.clock()
