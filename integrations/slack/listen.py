"""Hears what people do with our cards in Slack, through Socket Mode: no public address is needed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from integrations.base import TargetBusy
from integrations.slack import api
from integrations.slack.connections import ask_address
from integrations.slack.link import Link, Take

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How the listener spends its time, in seconds."""

    look: float = 0.2  # between two looks whether the connection is well and whether to stop
    ping: float = 5.0
    answer: float = 10.0  # that Slack gets to answer, and to say hello
    pause: float = 1.0  # after the first failure; each further one doubles it
    longest_pause: float = 60.0
    steady: float = 30.0  # a connection that lasted so long was no failure


_USUAL = Pace()


def listen(settings: Mapping[str, str], take: Take, stop: threading.Event, *, pace: Pace = _USUAL) -> None:
    """Give whatever comes to `take` and acknowledge it, until `stop` is set. Lost connections are replaced.

    `settings` holds SLACK_APP_TOKEN, and SLACK_API_URL where it is not Slack's own. `take` is called in other threads,
    also several at a time: it takes note, and leaves the work to a job.

    Raises:
        TargetRefused: Slack opens no connection until a person acts.
    """
    listener = _Listener(settings, take, stop, pace)
    try:
        while not stop.is_set():
            listener.renew()
            listener.stay()
    finally:
        listener.end()


class _Listener:
    """At most two connections at a time: the one that hears, and for a moment the one that takes over."""

    def __init__(self, settings: Mapping[str, str], take: Take, stop: threading.Event, pace: Pace) -> None:
        self._token = settings["SLACK_APP_TOKEN"]
        self._client = api.make_client("", settings.get("SLACK_API_URL") or None, pace.answer)
        self._take = take
        self._stop = stop
        self._pace = pace
        self._link: Link | None = None
        self._failures = 0

    def renew(self) -> None:
        """Open a connection, then close the one before, so that no click falls between the two."""
        try:
            newer = self._open()
        except TargetBusy as busy:
            self.end()
            self._pause(str(busy), busy.retry_after)
            return
        self.end()
        self._link = newer

    def stay(self) -> None:
        """Return when there is no connection, when it is over, or when it is time to stop."""
        if self._link is None:
            return
        began = time.monotonic()
        while not (why := self._link.over()) and not self._stop.wait(self._pace.look):
            pass
        if not why:
            return
        if time.monotonic() - began >= self._pace.steady:
            self._failures = 0
            _log.info("Opening another connection to Slack: %s.", why)
        else:
            self.end()
            self._pause(f"The connection to Slack did not last: {why}.", None)

    def end(self) -> None:
        """Close the connection, where there is one."""
        if self._link is not None:
            self._link.close()
            self._link = None

    def _open(self) -> Link:
        address = ask_address(self._client, self._token)
        link = Link(address, self._client, self._take, ping=self._pace.ping, patience=self._pace.answer)
        link.connect()
        return link

    def _pause(self, why: str, asked: float | None) -> None:
        """Wait, longer after each failure, and at least as long as Slack asks."""
        usual = min(self._pace.longest_pause, self._pace.pause * 2 ** min(self._failures, 16))
        self._failures += 1
        seconds = max(usual, asked or 0.0)
        _log.warning("%s Trying again in %g s.", why, seconds)
        self._stop.wait(seconds)
