"""Slack as a kind of target."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.base import Secret, Spec, Target
from integrations.slack.blocks import payload


def build(settings: Mapping[str, str]) -> Target:
    """A target from the environment's settings. Buttons only where a listener can acknowledge clicks on them."""
    from integrations.slack.send import SlackTarget  # slack-sdk is slow to import and the preview needs none of it

    listens = bool(settings.get("SLACK_APP_TOKEN"))
    return SlackTarget(settings["SLACK_BOT_TOKEN"], settings.get("SLACK_API_URL") or None, buttons=listens)


SPEC = Spec(
    kind="slack",
    title="Slack",
    secrets=(
        Secret(
            name="SLACK_BOT_TOKEN",
            where="https://api.slack.com/apps, your app, OAuth & Permissions: Bot User OAuth Token (xoxb-…).",
        ),
        Secret(
            name="SLACK_APP_TOKEN",
            where="https://api.slack.com/apps, your app, Basic Information: an app-level token with connections:write.",
            required=False,
        ),
        Secret(
            name="SLACK_SIGNING_SECRET",
            where="https://api.slack.com/apps, your app, Basic Information: Signing Secret.",
            required=False,
        ),
        Secret(name="SLACK_API_URL", where="Leave it empty; another address is for tests.", required=False),
    ),
    build=build,
    render=payload,
)
