"""`earful listener`: hears the clicks on Slack's cards, as a process of its own."""

from __future__ import annotations

import logging

from integrations import registry as targets
from integrations.base import TargetRefused
from integrations.slack.heard import Heard
from service.cli.parts import begin, stop_signal
from service.errors import ConfigError, ServiceError

_APP_TOKEN = "SLACK_APP_TOKEN"  # noqa: S105 (a setting's name)
_log = logging.getLogger(__name__)


def listener() -> None:
    """Hear the clicks on the buttons of Slack cards and acknowledge them, through Socket Mode. One is enough.

    No public address is needed; Slack's app-level token is, in SLACK_APP_TOKEN. Exit codes: 1 where Slack refuses it,
    2 where it is missing.

    Example: SLACK_APP_TOKEN=xapp-… earful listener
    """
    settings = begin("listener").settings
    if settings.slack_app_token is None:
        where = next(secret.where for secret in targets.spec("slack").secrets if secret.name == _APP_TOKEN)
        raise ConfigError(f"{_APP_TOKEN} is not set, so Slack's clicks cannot be heard.", fix=f"Get it here: {where}")
    if settings.slack_bot_token is None:
        _log.warning("SLACK_BOT_TOKEN is not set, so no card is sent whose buttons could be pressed.")
    stop = stop_signal()
    from integrations.slack.listen import listen  # slack-sdk, which --help needs not

    try:
        listen(settings.environment, _note, stop)
    except TargetRefused as refused:
        raise ServiceError(str(refused)) from None


def _note(heard: Heard) -> None:
    """The buttons of today only open an address, which needs no more of us than the acknowledgement."""
    _log.info("Slack: %s", heard.kind, extra={"actions": ",".join(heard.actions)} if heard.actions else None)
