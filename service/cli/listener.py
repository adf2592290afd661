"""`earful listener`: hears what people do with Slack's cards, as a process of its own."""

from __future__ import annotations

import logging

from integrations import registry as targets
from integrations.slack.addresses import APP_TOKEN, named
from service.cli import slack_doors
from service.cli.parts import begin, stop_signal
from service.cli.wiring import open_tools
from service.errors import ConfigError

_log = logging.getLogger(__name__)


def listener() -> None:
    """Hear what people do with cards in Slack, and leave it to the worker, through Socket Mode. One is enough.

    No public address is needed; Slack's app-level token is, in SLACK_APP_TOKEN. Exit codes: 1 where Slack refuses it,
    2 where it is missing.

    Example: SLACK_APP_TOKEN=xapp-… earful listener
    """
    setup = begin("listener")
    if not named(setup.settings.environment, APP_TOKEN):
        where = next(secret.where for secret in targets.spec("slack").secrets if secret.name == APP_TOKEN)
        raise ConfigError(f"{APP_TOKEN} is not set, so Slack's clicks cannot be heard.", fix=f"Get it here: {where}")
    if setup.settings.slack_bot_token is None:
        _log.warning("SLACK_BOT_TOKEN is not set, so no card is sent whose buttons could be pressed.")
    stop = stop_signal()
    with open_tools(setup) as tools:
        slack_doors.listen(setup.settings, tools, stop)
