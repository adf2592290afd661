"""Keeps what would have been sent: for a start without accounts, for dry runs, and for demonstrations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from integrations.base import Message, Payload, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One message that would have been sent, as the channel would have got it."""

    address: str
    key: str
    remote_id: str
    payload: Payload


class PreviewTarget:
    """A `Target` that sends nothing: it gives what it would have sent to `keep`, each key's newest form.

    `render` makes the channel's own payload. `recall` answers whether a delivery was kept, from wherever `keep` puts
    it; without it, only what this object was given is found.
    """

    def __init__(
        self,
        keep: Callable[[Recorded], None],
        *,
        render: Callable[[Message, str], Payload],
        recall: Callable[[str, str], bool] | None = None,
    ) -> None:
        self._keep = keep
        self._render = render
        self._seen: set[tuple[str, str]] = set()
        self._recall = recall or (lambda address, key: (address, key) in self._seen)

    def send(self, message: Message, *, address: str, key: str) -> Receipt:
        """Keep the message. Raises only what `keep` raises."""
        return self._put(message, address, key)

    def update(self, message: Message, *, receipt: Receipt, key: str) -> Receipt:
        """Keep the message's new form."""
        return self._put(message, receipt.address, key)

    def find(self, *, address: str, key: str, after: datetime) -> Receipt | None:  # noqa: ARG002 (the protocol's)
        """The receipt of what was kept, however long ago."""
        return _receipt(address, key) if self._recall(address, key) else None

    def _put(self, message: Message, address: str, key: str) -> Receipt:
        receipt = _receipt(address, key)
        payload = self._render(message, key)
        self._keep(Recorded(address=address, key=key, remote_id=receipt.remote_id, payload=payload))
        self._seen.add((address, key))
        return receipt


def _receipt(address: str, key: str) -> Receipt:
    return Receipt(address=address, remote_id=f"preview-{key}")
