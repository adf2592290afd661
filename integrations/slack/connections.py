"""Asks Slack where to connect for Socket Mode, and says who must do what where it refuses.

https://docs.slack.dev/reference/methods/apps.connections.open
"""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPException
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from integrations.base import IntegrationError, TargetBusy, TargetRefused
from integrations.slack import faults

_TOKENS = "https://api.slack.com/apps, your app, Basic Information, App-Level Tokens"
_NEW_TOKEN = f"Set SLACK_APP_TOKEN to an app-level token (xapp-…) with the scope connections:write: {_TOKENS}."
_WHAT_TO_DO: Mapping[str, str] = {
    "invalid_auth": _NEW_TOKEN,
    "not_authed": _NEW_TOKEN,
    "token_revoked": _NEW_TOKEN,
    "token_expired": _NEW_TOKEN,
    "account_inactive": _NEW_TOKEN,
    "not_allowed_token_type": _NEW_TOKEN,
    "missing_scope": f"The app-level token lacks the scope connections:write. {_NEW_TOKEN}",
    "no_permission": f"The app-level token lacks the scope connections:write. {_NEW_TOKEN}",
}
_SWITCHED_OFF = "See that Socket Mode is switched on: https://api.slack.com/apps, your app, Socket Mode."


def ask_address(client: WebClient, app_token: str) -> str:
    """The address of a new connection. It holds a ticket that is as good as a password: never log it.

    Raises:
        TargetBusy: Slack could not be reached or asks to wait.
        TargetRefused: Slack opens no connection until a person acts.
    """
    try:
        answer = client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        raise _from_answer(error) from None
    except (OSError, HTTPException, UnicodeError) as error:
        raise faults.from_network(error, writing=False) from None
    address = str(answer.get("url", ""))
    if not _is_safe(address, client.base_url):
        fix = "Leave SLACK_API_URL out, or see what answers there."
        raise TargetRefused("The address that Slack gave for the connection is none that is encrypted.", what_to_do=fix)
    return address


def _from_answer(error: SlackApiError) -> IntegrationError:
    found = faults.from_answer(error, writing=False)
    if isinstance(found, TargetBusy):
        return found
    name = str(error.response.get("error", ""))
    return TargetRefused(f"Slack opens no connection: {name}.", what_to_do=_WHAT_TO_DO.get(name, _SWITCHED_OFF))


def _is_safe(address: str, asked: str) -> bool:
    """Whether the ticket would travel encrypted; in the open only where the question did, as on one's own machine.

    slack-sdk encrypts on port 443 and on no other, whatever the scheme says.
    """
    parts = urlsplit(address)
    if parts.scheme == "wss":
        return bool(parts.hostname) and parts.port in (None, 443)
    return parts.scheme == "ws" and bool(parts.hostname) and urlsplit(asked).scheme == "http"
