"""For `doctor`: whether Slack would take our cards, from the settings alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from integrations.base import Finding
from integrations.slack.send import SlackTarget


def check(settings: Mapping[str, str], addresses: Sequence[str] = ()) -> list[Finding]:
    """What is well and what is not: the token, its permissions, the channels. Sends nothing and never raises.

    `settings` holds SLACK_BOT_TOKEN, and SLACK_API_URL where it is not Slack's own.
    """
    return SlackTarget(settings["SLACK_BOT_TOKEN"], settings.get("SLACK_API_URL") or None).check(addresses)
