"""The manifest of our Slack app: what it shows, what it may, what it hears. Pure.

https://docs.slack.dev/reference/app-manifest. `manifest.json` beside this file is what `earful slack manifest` prints
for Socket Mode and an address of the pages that is an example.
"""

from __future__ import annotations

from collections.abc import Mapping

from integrations.base import JSON, Payload

NAME = "Earful"
COMMAND = "/earful"
FEEDBACK = "feedback:make"  # the callback_id of the shortcut on messages
EVENTS = ("app_home_opened", "link_shared")

SCOPES: Mapping[str, str] = {
    "chat:write": "send cards",
    "channels:read": "find a channel by its name",
    "groups:read": "find a private channel by its name",
    "channels:history": "see whether a card arrived when the connection broke",
    "groups:history": "see whether a card arrived in a private channel when the connection broke",
    "commands": f"hear {COMMAND} and its shortcut",
    "users:read": "see who clicked",
    "users:read.email": "know by their address who of your team clicked",
    "im:write": "write to one person",
    "links:read": "see where somebody wrote a link to Earful",
    "links:write": "show what is behind a link to Earful",
}
"""The permissions that the app needs, and what it needs each for, as in "the app may not …"."""


def build(*, host: str | None, request_url: str | None = None) -> Payload:
    """The manifest, as Slack's page "From a manifest" takes it.

    `host`: of the pages' address, whose links are shown with what is behind them; None where nobody else could open
    them. `request_url`: where Slack finds us over HTTP; None for Socket Mode.
    """
    events = [event for event in EVENTS if host or event != "link_shared"]
    at: Mapping[str, JSON] = {} if request_url is None else {"request_url": request_url}
    return {
        "_metadata": {"major_version": 2},
        "display_information": {
            "name": NAME,
            "description": "What people say about your products, in front of those who can act.",
            "background_color": "#1f3a4d",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": NAME, "always_online": True},
            "shortcuts": [
                {
                    "name": "Make this feedback",
                    "type": "message",
                    "callback_id": FEEDBACK,
                    "description": "Take what a customer said here in as feedback.",
                }
            ],
            "slash_commands": [
                {
                    "command": COMMAND,
                    **({} if request_url is None else {"url": request_url}),
                    "description": "Find customers and issues, pause cards, choose digests.",
                    "usage_hint": "ana | #12 | crash map | pause 2h | digest weekly | help",
                    "should_escape": False,
                }
            ],
            **({"unfurl_domains": [host]} if host else {}),
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**at, "bot_events": list(events)},
            "interactivity": {"is_enabled": True, **at},
            "org_deploy_enabled": False,
            "socket_mode_enabled": request_url is None,
            "token_rotation_enabled": False,
        },
    }
