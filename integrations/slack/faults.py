"""Slack's ways to fail, as the errors of `integrations.base`.

Error names: https://docs.slack.dev/reference/methods/chat.postMessage#errors (and chat.update, conversations.history).
What slack-sdk raises never leaves this folder: its exceptions carry the request, and with it the token.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Mapping
from urllib.error import URLError

from slack_sdk.errors import SlackApiError

from integrations.base import IntegrationError, MessageRejected, OutcomeUncertain, TargetBusy, TargetRefused

_SIGN_IN = (
    "Set SLACK_BOT_TOKEN to the Bot User OAuth Token of your app: https://api.slack.com/apps, OAuth & Permissions."
)
_INVITE = "Type /invite and the app's name in that channel."
_ASK_ADMIN = "Ask an administrator of the Slack workspace to allow the app."
_WHAT_TO_DO = {
    "invalid_auth": _SIGN_IN,
    "not_authed": _SIGN_IN,
    "token_revoked": _SIGN_IN,
    "token_expired": _SIGN_IN,
    "account_inactive": _SIGN_IN,
    "not_allowed_token_type": _SIGN_IN,
    "channel_not_found": f"Check the channel's name in routing.yaml. For a private channel: {_INVITE}",
    "not_in_channel": _INVITE,
    "is_archived": "Take the channel out of the archive, or name another one in routing.yaml.",
    "org_login_required": _ASK_ADMIN,
    "access_denied": _ASK_ADMIN,
    "no_permission": _ASK_ADMIN,
    "ekm_access_denied": _ASK_ADMIN,
    "team_access_not_granted": _ASK_ADMIN,
}
_RATE = {"ratelimited", "rate_limited", "message_limit_exceeded"}
_BUSY = {"service_unavailable", "team_added_to_org", "accesslimited"}
_HALF_DONE = {"fatal_error", "internal_error", "request_timeout"}  # Slack: "may have been partially completed"
_GONE = {
    "message_not_found": "The card was deleted in Slack.",
    "cant_update_message": "The card was sent by another app, so that this one may not change it.",
    "edit_window_closed": "The workspace does not allow to change messages of this age.",
}
_UNREACHABLE = {errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL}


class SlackRejected(MessageRejected):
    """Slack will never do this; `name` is the error's name in Slack's words."""

    def __init__(self, message: str, *, name: str) -> None:
        super().__init__(message)
        self.name = name


def from_answer(error: SlackApiError, *, writing: bool) -> IntegrationError:
    """What Slack's answer means for the caller. `writing`: whether the request could have left something behind."""
    response = error.response
    status: int = response.status_code
    data: Mapping[str, object] = response.data if isinstance(response.data, dict) else {}
    name = str(data.get("error", ""))
    if status == 429 or name in _RATE:
        return TargetBusy("Slack asks to wait.", retry_after=_seconds(response.headers))
    if status >= 500 or (status == 200 and (name in _HALF_DONE or not _is_name(name))):
        return _unclear(f"Slack failed while it answered (status {status}).", writing=writing)
    if name in _BUSY:
        return TargetBusy(f"Slack is not available ({name}).")
    if name == "missing_scope":
        needed = str(data.get("needed", "the missing scope"))
        fix = f"Add {needed} under OAuth & Permissions at https://api.slack.com/apps and install the app again."
        return TargetRefused("The Slack app lacks a permission.", what_to_do=fix)
    if name in _WHAT_TO_DO or name.startswith("restricted_action"):
        return TargetRefused(f"Slack refused: {name}.", what_to_do=_WHAT_TO_DO.get(name, _ASK_ADMIN))
    return SlackRejected(_GONE.get(name) or _rejection(name or f"status {status}", data), name=name)


def from_network(error: Exception, *, writing: bool) -> IntegrationError:
    """What a broken connection means for the caller: whether the request can have left is what matters."""
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        fix = "Check the machine's clock, its certificates, and a proxy on the way."
        return TargetRefused("Slack's certificate is not one this machine trusts.", what_to_do=fix)
    never_left = isinstance(reason, socket.gaierror) or (isinstance(reason, OSError) and reason.errno in _UNREACHABLE)
    if never_left:
        return TargetBusy("Slack cannot be reached from here.")
    return _unclear(f"The connection to Slack broke ({type(reason).__name__}).", writing=writing)


def _unclear(message: str, *, writing: bool) -> IntegrationError:
    if writing:
        return OutcomeUncertain(f"{message} The message may have arrived.")
    return TargetBusy(message)


def _is_name(error: str) -> bool:
    """Slack names its errors in one word; slack-sdk puts a sentence there where the answer was not JSON."""
    return bool(error) and " " not in error


def _rejection(name: str, data: Mapping[str, object]) -> str:
    details = data.get("response_metadata")
    lines = details.get("messages") if isinstance(details, dict) else None
    places = "; ".join(str(line) for line in lines[:5]) if isinstance(lines, list) else ""
    return f"Slack does not take this message: {name}. {places}".rstrip()


def _seconds(headers: Mapping[str, str]) -> float | None:
    """The wait that `Retry-After` names, in seconds."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return float(value) if value.isascii() and value.isdecimal() else None
