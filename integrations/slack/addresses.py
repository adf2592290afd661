"""How addresses and settings name a Slack workspace: nothing for the first one, a name for each other.

Rules write "#community" for a channel of the first, "partner/#community" for one of the workspace that they call
partner, whose settings end in __PARTNER: SLACK_BOT_TOKEN__PARTNER.
"""

from __future__ import annotations

from collections.abc import Mapping

BOT_TOKEN = "SLACK_BOT_TOKEN"  # noqa: S105 (settings' names)
APP_TOKEN = "SLACK_APP_TOKEN"  # noqa: S105
SIGNING_SECRET = "SLACK_SIGNING_SECRET"  # noqa: S105


def split(address: str) -> tuple[str, str]:
    """The workspace ("" for the first) and the channel of an address."""
    workspace, _, channel = address.rpartition("/")
    return workspace, channel


def join(workspace: str, channel: str) -> str:
    """The address of a channel in a workspace."""
    return f"{workspace}/{channel}" if workspace else channel


def setting_of(workspace: str, setting: str) -> str:
    """The name of the variable that a workspace's setting is in."""
    return f"{setting}__{workspace.upper().replace('-', '_')}" if workspace else setting


def named(settings: Mapping[str, str], setting: str) -> dict[str, str]:
    """The values of a setting, by workspace: of each that has one, the first workspace before the others."""
    first = {"": settings[setting]} if settings.get(setting) else {}
    others = {
        name.removeprefix(f"{setting}__").lower().replace("_", "-"): value
        for name, value in sorted(settings.items())
        if value and name.startswith(f"{setting}__")
    }
    return first | others
