"""Asks Slack whether it would take our cards, without sending one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from slack_sdk import WebClient

from integrations.base import Finding, IntegrationError
from integrations.slack import api
from integrations.slack.manifest import SCOPES

_SCOPES_AT = "under OAuth & Permissions at https://api.slack.com/apps, and install the app again."


def findings(client: WebClient, addresses: Sequence[str], channel_id: Callable[[str], str]) -> list[Finding]:
    """What is well and what is not, the first thing to mend first."""
    try:
        answer = api.call(client.auth_test)
    except IntegrationError as error:
        return [problem(error)]
    found = [Finding(ok=True, text=f"Slack: signed in to {answer.get('team')} as {answer.get('user')}.")]
    found += _scopes(_granted(answer.headers))
    for address in addresses:
        found += _channel(client, address, channel_id)
    return found


def _granted(headers: Mapping[str, str]) -> set[str] | None:
    """The token's permissions; None where Slack did not say."""
    told = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), None)
    return None if told is None else {scope.strip() for scope in told.split(",")}


def _scopes(granted: set[str] | None) -> Iterator[Finding]:
    if granted is None:
        return
    for scope, purpose in SCOPES.items():
        if scope not in granted:
            text = f"Slack: the app may not {purpose}."
            yield Finding(ok=False, text=text, what_to_do=f"Add the scope {scope} {_SCOPES_AT}")


def _channel(client: WebClient, address: str, channel_id: Callable[[str], str]) -> Iterator[Finding]:
    try:
        answer = api.call(client.conversations_info, {"channel": channel_id(address)})
    except IntegrationError as error:
        yield problem(error)
        return
    if answer["channel"].get("is_member"):
        yield Finding(ok=True, text=f"Slack: the app is in {address}.")
    else:
        fix = f"Type /invite and the app's name in {address}."
        yield Finding(ok=False, text=f"Slack: the app is not in {address}.", what_to_do=fix)


def problem(error: IntegrationError, *, about: str = "") -> Finding:
    """What went wrong, and what to do about it. `about`: the setting that it is about."""
    what_to_do = getattr(error, "what_to_do", "Try again in a few minutes.")
    text = str(error).removesuffix(what_to_do).rstrip()
    return Finding(ok=False, text=f"{about}: {text}" if about else text, what_to_do=what_to_do)
