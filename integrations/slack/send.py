"""Sends cards to Slack, changes them in place, and finds again what may have arrived."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from integrations.base import (
    JSON,
    Finding,
    IntegrationError,
    Message,
    MessageRejected,
    Receipt,
    TargetRefused,
)
from integrations.slack import api
from integrations.slack.blocks import EVENT_TYPE, payload
from integrations.slack.findings import findings

_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{6,}")
_CLOCKS_APART = timedelta(minutes=5)
_LITERAL: Mapping[str, JSON] = {"parse": "none", "link_names": False}  # nothing in `text` becomes a link or a mention
_UNADORNED: Mapping[str, JSON] = {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}


class SlackTarget:
    """Slack's Web API as a `Target`; an address is a channel's id or its name ("#community").

    `base_url` is for tests and Slack's government cloud. `buttons`: whether an app of ours acknowledges clicks, see
    `blocks.payload`. `timeout`: seconds to wait for an answer.
    """

    def __init__(self, token: str, base_url: str | None = None, *, buttons: bool = True, timeout: float = 15) -> None:
        self._client = api.make_client(token, base_url, timeout)
        self._buttons = buttons
        self._workspace_url: str | None = None
        self._channels: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"SlackTarget({self._client.base_url!r})"

    def send(self, message: Message, *, address: str, key: str) -> Receipt:
        """Post the card in the channel. Raises as `Target.send` says."""
        card = payload(message, key, buttons=self._buttons)
        answer = api.call(
            self._client.chat_postMessage,
            {"channel": address, **card, **_LITERAL, **_UNADORNED},
            writing=True,
        )
        return self._receipt(str(answer["channel"]), str(answer["ts"]))

    def update(self, message: Message, *, receipt: Receipt, key: str) -> Receipt:
        """Change the card where it stands; doing it twice does no harm. Raises as `Target.update` says."""
        card = payload(message, key, buttons=self._buttons)
        api.call(
            self._client.chat_update,
            {"channel": receipt.address, "ts": receipt.remote_id, **card, **_LITERAL},
            writing=True,
        )
        return receipt

    def find(self, *, address: str, key: str, after: datetime) -> Receipt | None:
        """Look through the channel for the card of delivery `key`.

        Raises:
            TargetBusy, TargetRefused: it could not be looked up, so nothing is known yet.
        """
        channel = self._channel_id(address)
        oldest = f"{(after - _CLOCKS_APART).timestamp():.6f}"
        asked: api.Arguments = {"channel": channel, "oldest": oldest, "include_all_metadata": True}
        try:
            for found in api.pages(self._client.conversations_history, asked, "messages"):
                if _key_of(found) == key:
                    return self._receipt(channel, str(found["ts"]))
        except MessageRejected as error:
            raise _cannot_look(channel, error) from None
        return None

    def check(self, addresses: Sequence[str] = ()) -> list[Finding]:
        """What is well and what is not: the token, its permissions, the channels."""
        return findings(self._client, addresses, self._channel_id)

    def _channel_id(self, address: str) -> str:
        """The id of a channel that is named by its name."""
        if _CHANNEL_ID.fullmatch(address):
            return address
        name = address.removeprefix("#")
        if name not in self._channels:
            asked: api.Arguments = {"types": "public_channel,private_channel", "exclude_archived": True}
            listed = api.pages(self._client.conversations_list, asked, "channels")
            self._channels = {str(channel["name"]): str(channel["id"]) for channel in listed}
        if name not in self._channels:
            fix = "Check its name in routing.yaml and company.yaml. For a private channel, invite the app there first."
            raise TargetRefused(f"Slack knows no channel {address!r}.", what_to_do=fix)
        return self._channels[name]

    def _receipt(self, channel: str, ts: str) -> Receipt:
        return Receipt(address=channel, remote_id=ts, url=self._permalink(channel, ts))

    def _permalink(self, channel: str, ts: str) -> str | None:
        """The message's address in the browser; None where the workspace's own could not be had.

        The message is posted by then, so that nothing here may fail.
        """
        try:
            self._workspace_url = self._workspace_url or str(api.call(self._client.auth_test)["url"])
        except (IntegrationError, KeyError):
            return None
        return f"{self._workspace_url.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"


def _key_of(message: Mapping[str, JSON]) -> JSON:
    """The delivery's key in a message of ours, else None."""
    metadata = message.get("metadata")
    if not isinstance(metadata, Mapping) or metadata.get("event_type") != EVENT_TYPE:
        return None
    event = metadata.get("event_payload")
    return event.get("key") if isinstance(event, Mapping) else None


def _cannot_look(channel: str, error: MessageRejected) -> TargetRefused:
    return TargetRefused(f"Slack does not show what was sent to {channel}: {error}", what_to_do="Run earful doctor.")
