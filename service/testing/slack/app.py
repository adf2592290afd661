"""Our app as Slack knows it: its secrets, what it asked to hear, and the doors through which it hears it."""

from __future__ import annotations

import threading

from service.testing.slack.delivery import Delivery, Door, Kind
from service.testing.slack.faults import Payload
from service.testing.slack.signed import SignedRequests
from service.testing.slack.sockets import SocketMode

EVENTS = frozenset(
    ["app_home_opened", "app_mention", "app_uninstalled", "link_shared", "message", "reaction_added", "tokens_revoked"]
)


class App:
    """One app, in one workspace or several.

    It hears over HTTP where `http.url` is set, else through Socket Mode. What a person does is tried once, an
    event again after each of the `pauses` (seconds) until it is acknowledged; an acknowledgement after `patience`
    seconds is none.
    """

    def __init__(
        self,
        *,
        app_token: str = "xapp-made-up",  # noqa: S107 (no secret: the fake's)
        signing_secret: str = "made-up-signing-secret",  # noqa: S107
        request_url: str = "",
    ) -> None:
        self.id = "A0EARFUL01"
        self.verification_token = "made-up-verification"  # noqa: S105 (the old kind, which nobody should look at)
        self.events: frozenset[str] = EVENTS  # that it subscribed to
        self.unfurl_domains: set[str] = {"earful.example"}
        self.commands: set[str] = {"/earful"}
        self.patience = 3.0
        self.pauses: tuple[float, ...] = (0.0, 60.0, 300.0)
        self.deliveries: list[Delivery] = []  # everything that was sent to it, the oldest first
        self.sockets = SocketMode(self.id, app_token)
        self.http = SignedRequests(signing_secret, request_url)
        self.address = ""  # where the made-up Slack is served, without the API's path
        self._over = threading.Event()

    def deliver(self, kind: Kind, payload: Payload) -> Delivery:
        """Bring it to the app, and wait for its acknowledgement or until all tries have failed."""
        delivery = Delivery(kind=kind, payload=payload)
        self.deliveries.append(delivery)
        pauses = self.pauses if kind == "events_api" else ()
        why = ""
        for number, pause in enumerate((0.0, *pauses)):
            if self._over.wait(pause):
                break
            why = self._try(delivery, number, why)
            if not why:
                break
        return delivery

    def deliver_again(self, delivery: Delivery) -> None:
        """The same thing once more, as Slack sends it when an acknowledgement got lost on the way."""
        self._try(delivery, len(delivery.attempts), "http_timeout")

    def stop(self) -> None:
        """Give up what is still tried, and hang up."""
        self._over.set()
        self.sockets.stop()

    def start(self, address: str) -> None:
        """From now on Slack is served at this address."""
        self.address = address
        self._over.clear()

    def _try(self, delivery: Delivery, number: int, why: str) -> str:
        door: Door = self.http if self.http.url else self.sockets
        attempt = door.attempt(delivery, number, why, self.patience)
        delivery.attempts.append(attempt)
        return attempt.why
