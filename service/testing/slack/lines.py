"""One connection of Socket Mode, from Slack's end."""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from websockets.sync.server import ServerConnection

Frame: TypeAlias = Mapping[str, object]
Farewell: TypeAlias = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]

_PATIENCE = 20.0  # seconds: a bound for a machine that does other things too, not a measure


@dataclass(slots=True)
class Envelope:
    """Something that waits for its acknowledgement. `body` is what the app said with it."""

    id: str
    body: object = None
    settled: threading.Event = field(default_factory=threading.Event)  # it was acknowledged, or the connection ended
    acknowledged: bool = False


class Line:
    """Slack's end of one connection."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection
        self._answers: queue.Queue[object] = queue.Queue()
        self._waiting: dict[str, Envelope] = {}
        self._lock = threading.Lock()
        self.gone = threading.Event()
        self.leaving = False  # the app was asked to open another connection

    def say(self, frame: Frame | str) -> None:
        """Send a frame; a string is sent as it is."""
        self._connection.send(frame if isinstance(frame, str) else json.dumps(frame))

    def answer(self) -> object:
        """The next thing that the app sends; `queue.Empty` is raised where nothing comes."""
        return self._answers.get(timeout=_PATIENCE)

    def deliver(self, envelope: Envelope, frame: Frame, patience: float) -> bool:
        """Send it; whether it was acknowledged on this connection within `patience` seconds."""
        from websockets.exceptions import ConnectionClosed

        with self._lock:
            self._waiting[envelope.id] = envelope
        try:
            self.say(frame)
        except (ConnectionClosed, OSError):
            return False
        envelope.settled.wait(patience)
        with self._lock:
            self._waiting.pop(envelope.id, None)
            return envelope.acknowledged

    def disconnect(self, reason: Farewell) -> None:
        """Tell the app that this connection will end."""
        self.leaving = True
        self.say({"type": "disconnect", "reason": reason, "debug_info": {"host": "made-up"}})

    def ended(self) -> bool:
        """Wait for the app to close the connection; False where it does not."""
        return self.gone.wait(_PATIENCE)

    def hang_up(self) -> None:
        """Close properly, with a closing frame."""
        self._connection.close()

    def drop(self) -> None:
        """Close without a word, as a machine in between does."""
        self._connection.socket.shutdown(socket.SHUT_RDWR)

    def listen(self) -> None:
        """Keep what the app sends, until it ends."""
        from websockets.exceptions import ConnectionClosed

        with contextlib.suppress(ConnectionClosed):
            for message in self._connection:
                self._take(json.loads(message))
        with self._lock:
            self.gone.set()
            for envelope in self._waiting.values():
                envelope.settled.set()

    def _take(self, answer: object) -> None:
        if isinstance(answer, dict):
            with self._lock:
                envelope = self._waiting.pop(str(answer.get("envelope_id")), None)
                if envelope is not None:
                    envelope.body = answer.get("payload")
                    envelope.acknowledged = True
                    envelope.settled.set()
        self._answers.put(answer)
