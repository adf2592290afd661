"""One connection of Socket Mode: slack-sdk's own client, kept to a single connection.

slack-sdk would open the next one by itself, at a fixed pace, without saying why it cannot, and deaf for seconds while
it changes over. So here it may not: whoever holds a `Link` asks whether it is over, and opens another one.
"""

from __future__ import annotations

import logging
import select
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeAlias
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientNotConnectedError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient

from integrations.base import JSON, Payload
from integrations.slack import api

_log = logging.getLogger(__name__)

Take: TypeAlias = "Callable[[JSON], Payload | None]"
"""Takes the payload of an envelope; returns what the acknowledgement carries."""

_RECEIVE = 16 * 1024  # bytes at a time; slack-sdk goes one call deeper for each part of a message
_HUNG_UP = select.POLLHUP | getattr(select, "POLLRDHUP", 0)  # the second is Linux's


class Link(SocketModeClient):
    """Gives every payload to `take`, in threads of the link's own, and acknowledges it with what that returns.

    What `take` raises for is not acknowledged, so that Slack sends it again.

    `address` comes from `apps.connections.open`. `ping`: seconds between two signs of life. `patience`: seconds that
    Slack gets to say hello.
    """

    def __init__(self, address: str, web: WebClient, take: Take, *, ping: float, patience: float) -> None:
        super().__init__(
            app_token="",  # it opens no further connection
            logger=api.SILENT,
            web_client=web,
            auto_reconnect_enabled=False,
            ping_interval=ping,
            receive_buffer_size=_RECEIVE,
            on_error_listeners=[_note_error],
        )
        self.wss_uri = address
        self.proxy = _proxy(address)
        self.message_listeners.append(self._hear)
        self._take = take
        self._greeted = threading.Event()
        self._asked_to_renew = threading.Event()
        self._greeting_until = time.monotonic() + patience

    def over(self) -> str:
        """Why another connection is needed; empty while this one is well."""
        if self._asked_to_renew.is_set():
            return "Slack asks for a new connection"
        if not self.is_connected() or self._hung_up():
            return "the connection broke"
        if not self._greeted.is_set() and time.monotonic() > self._greeting_until:
            return "Slack did not say hello"
        return ""

    def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: ARG002 (slack-sdk's)
        """What slack-sdk calls when Slack sends `disconnect`; this connection still hears for a while."""
        self._asked_to_renew.set()

    def close(self) -> None:
        """End the connection and its threads, within seconds."""
        self.closed = True
        self.current_session_state.terminated = True
        # Both threads look up when something comes, or seconds later: an empty message, and Slack's answer to a ping
        # (that says something: slack-sdk waits for more than the two bytes of an empty one).
        self.message_queue.put(None)
        if self.current_session is not None:
            with suppress(OSError):
                self.current_session.ping("end")
        super().close()

    def _hear(self, _client: BaseSocketModeClient, message: Mapping[str, JSON], _raw: str | None) -> None:
        if message.get("type") == "hello":
            self._greeted.set()
            _log.info("Slack says hello: clicks are heard.")
        envelope = message.get("envelope_id")
        if not isinstance(envelope, str):
            return
        try:
            answer = self._take(message.get("payload"))
        except Exception as error:  # noqa: BLE001 (slack-sdk would swallow it without a word)
            _log.error("What came from Slack is not acknowledged.", extra={"error": _what(error)})
            return
        wanted = answer is not None and message.get("accepts_response_payload") is not False
        try:
            self.send_socket_mode_response({"envelope_id": envelope, **({"payload": answer} if wanted else {})})
        except SlackClientNotConnectedError:
            _log.warning("Could not acknowledge to Slack: the connection is gone. What was heard is kept.")

    def _hung_up(self) -> bool:
        """Whether the other side has closed; slack-sdk reads nothing from such a connection, over and over."""
        sock = self.current_session.sock if self.current_session is not None else None
        number = sock.fileno() if sock is not None else -1
        if number < 0:
            return True
        watched = select.poll()
        watched.register(number, _HUNG_UP)
        return bool(watched.poll(0))


def _note_error(error: Exception) -> None:
    _log.warning("The connection to Slack has a problem.", extra={"error": _what(error)})


def _what(error: Exception) -> str:
    """The kind alone: an error's words may quote what was sent."""
    return type(error).__name__


def _proxy(address: str) -> str | None:
    """The proxy of the environment, which slack-sdk would also take for addresses that NO_PROXY names."""
    parts = urlsplit(address)
    if parts.scheme != "wss" or proxy_bypass(parts.hostname or ""):
        return None
    return getproxies().get("https")
