"""Every Slack workspace of one installation as one `Target`: an address says which is meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from integrations.base import Finding, Message, Receipt, TargetRefused
from integrations.slack.addresses import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, join, named, setting_of, split
from integrations.slack.findings import problem
from integrations.slack.send import SlackTarget


class SlackTargets:
    """A `SlackTarget` for each workspace that has a token. Receipts name the workspace too."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        base_url = settings.get("SLACK_API_URL") or None
        hears = named(settings, APP_TOKEN) or named(settings, SIGNING_SECRET)
        self._targets = {
            # Buttons only where a door of ours acknowledges clicks on them.
            name: SlackTarget(token, base_url, buttons=bool(hears))
            for name, token in named(settings, BOT_TOKEN).items()
        }

    def send(self, message: Message, *, address: str, key: str) -> Receipt:
        """Post the card. Raises as `Target.send` says."""
        workspace, channel = split(address)
        return _in(workspace, self._target(workspace).send(message, address=channel, key=key))

    def update(self, message: Message, *, receipt: Receipt, key: str) -> Receipt:
        """Change the card where it stands. Raises as `Target.update` says."""
        workspace, channel = split(receipt.address)
        there = replace(receipt, address=channel)
        return _in(workspace, self._target(workspace).update(message, receipt=there, key=key))

    def find(self, *, address: str, key: str, after: datetime) -> Receipt | None:
        """Look for the card of delivery `key`. Raises as `Target.find` says."""
        workspace, channel = split(address)
        found = self._target(workspace).find(address=channel, key=key, after=after)
        return None if found is None else _in(workspace, found)

    def check(self, addresses: Sequence[str] = ()) -> list[Finding]:
        """What is well and what is not, one workspace after the other."""
        found: list[Finding] = []
        for name, target in self._targets.items():
            found += target.check([channel for workspace, channel in map(split, addresses) if workspace == name])
        for name in sorted({split(address)[0] for address in addresses} - self._targets.keys()):
            found.append(problem(_no_token(name)))
        return found

    def _target(self, workspace: str) -> SlackTarget:
        if workspace not in self._targets:
            raise _no_token(workspace)
        return self._targets[workspace]


def _no_token(workspace: str) -> TargetRefused:
    fix = f"Set {setting_of(workspace, BOT_TOKEN)} to the bot token of your app there."
    return TargetRefused(f"There is no token for the Slack workspace “{workspace}”.", what_to_do=fix)


def _in(workspace: str, receipt: Receipt) -> Receipt:
    return replace(receipt, address=join(workspace, receipt.address))
