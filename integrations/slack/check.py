"""Whether Slack would take our cards and we would hear the clicks on them, from the settings alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from integrations.base import Finding, IntegrationError
from integrations.slack import api
from integrations.slack.addresses import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, named, setting_of
from integrations.slack.connections import ask_address
from integrations.slack.findings import problem
from integrations.slack.targets import SlackTargets

_SECRET = re.compile(r"[0-9a-f]{32}")
_SECRET_AT = "https://api.slack.com/apps, your app, Basic Information, App Credentials"  # noqa: S105 (a place)
_PATIENCE = 10.0  # seconds


def check(settings: Mapping[str, str], addresses: Sequence[str] = ()) -> list[Finding]:
    """What is well and what is not: tokens, permissions, channels, and the doors for clicks.

    Sends nothing and never raises. `settings` holds what `spec.SPEC` names, and the same for further workspaces.
    """
    return [*SlackTargets(settings).check(addresses), *_doors(settings)]


def _doors(settings: Mapping[str, str]) -> Iterator[Finding]:
    """Socket Mode where there is an app-level token, HTTP where there is a signing secret."""
    apps, secrets = named(settings, APP_TOKEN), named(settings, SIGNING_SECRET)
    for name, token in apps.items():
        yield _socket(name, token, settings)
    for name, secret in secrets.items():
        yield _http(name, secret)
    if not apps and not secrets and named(settings, BOT_TOKEN):
        fix = f"Set {APP_TOKEN} to an app-level token with connections:write. Until then, cards have links."
        yield Finding(ok=False, text="Slack: nobody hears clicks on buttons.", what_to_do=fix)


def _socket(name: str, token: str, settings: Mapping[str, str]) -> Finding:
    client = api.make_client("", settings.get("SLACK_API_URL") or None, _PATIENCE)
    try:
        ask_address(client, token)
    except IntegrationError as error:
        return problem(error, about=setting_of(name, APP_TOKEN))
    return Finding(ok=True, text=f"Slack: {setting_of(name, APP_TOKEN)} opens connections, so clicks are heard.")


def _http(name: str, secret: str) -> Finding:
    """Only its form can be looked at: whether it is the right one shows with the first request that Slack signs."""
    setting = setting_of(name, SIGNING_SECRET)
    if _SECRET.fullmatch(secret):
        return Finding(ok=True, text=f"Slack: {setting} is set, so requests over HTTP are taken in.")
    fix = f"Copy the Signing Secret (32 digits and letters a to f) from {_SECRET_AT}."
    return Finding(ok=False, text=f"Slack: {setting} does not look like a signing secret.", what_to_do=fix)
