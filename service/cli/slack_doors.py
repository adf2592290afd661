"""The two doors of Slack: over HTTP, in `earful web`, and through Socket Mode, in `earful listener`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from integrations.base import TargetRefused
from integrations.slack.addresses import APP_TOKEN, SIGNING_SECRET, named, setting_of
from integrations.slack.answer import HttpAnswer
from service.errors import ServiceError
from service.settings import Settings
from service.tools import Tools

if TYPE_CHECKING:
    from integrations.slack.app import SlackApp  # slack-sdk and bolt are slow to import

_log = logging.getLogger(__name__)


def over_http(settings: Settings, tools: Tools) -> Mapping[str, Callable[[bytes, Mapping[str, str]], HttpAnswer]]:
    """What takes Slack's requests, for each workspace with a signing secret ("" for the first)."""
    secrets = named(settings.environment, SIGNING_SECRET)
    if not secrets:
        return {}
    make = _maker(settings, tools)
    return {name: make(secret).over_http for name, secret in secrets.items()}


def listen(settings: Settings, tools: Tools, stop: threading.Event) -> None:
    """Hear Slack through Socket Mode with every app-level token, until `stop` is set.

    Raises ServiceError where Slack refuses one until a person acts; the others are heard until then.
    """
    from integrations.slack import listen as socket_mode

    app = _maker(settings, tools)("")

    def hear(name: str, token: str) -> None:
        try:
            socket_mode.listen({**settings.environment, APP_TOKEN: token}, app.over_socket, stop)
        except TargetRefused as refused:
            _log.error("%s: %s", setting_of(name, APP_TOKEN), refused)
            raise

    tokens = named(settings.environment, APP_TOKEN)
    with ThreadPoolExecutor(len(tokens), thread_name_prefix="slack") as threads:
        ends = [threads.submit(hear, name, token) for name, token in tokens.items()]
    for end in ends:
        if isinstance(refused := end.exception(), TargetRefused):
            raise ServiceError(str(refused)) from None
        end.result()


def _maker(settings: Settings, tools: Tools) -> Callable[[str], SlackApp]:
    """Makes apps by their signing secrets, all with the same workspaces and the same keeper."""
    from integrations.slack.app import SlackApp
    from integrations.slack.workspaces import Workspaces
    from service.jobs.clicks import keeper

    workspaces = Workspaces(settings.environment)
    # Nobody waits for it: until it is known whose the tokens are, everything that Slack signs is kept.
    threading.Thread(target=workspaces.learn, name="slack workspaces", daemon=True).start()
    keep = keeper(tools.engine, tools.clock)
    return lambda secret: SlackApp(keep, workspaces, signing_secret=secret)
