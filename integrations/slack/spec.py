"""Slack as a kind of target."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.base import Secret, Spec, Target
from integrations.slack.blocks import payload


def build(settings: Mapping[str, str]) -> Target:
    """A target from the environment's settings, over all its workspaces."""
    from integrations.slack.targets import SlackTargets  # slack-sdk is slow to import; the preview needs none of it

    return SlackTargets(settings)


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
