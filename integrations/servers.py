"""Which server to ask where a platform has many: the one that a replier was built for, or the one its source names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from integrations.base import TargetRefused
from integrations.replies import Place

T = TypeVar("T")

WHICH_SERVER = "The credentials belong to one server, which only a source names."


class Servers(Generic[T]):
    """What `open_at` makes of a server's address, made once for each. `option` is the source's that names the server.

    The token goes to no other server than these.
    """

    def __init__(self, base: str | None, option: str, open_at: Callable[[str], T], *, usual: str | None = None) -> None:
        self._base, self._option, self._usual, self._open_at = base, option, usual, open_at
        self._opened: dict[str, T] = {}

    def of(self, place: Place) -> T:
        """What belongs to the server of a post. Raises TargetRefused where the source names none."""
        named = place.options.get(self._option)
        address = self._base or (named if isinstance(named, str) and named else self._usual)
        if address is None:
            raise TargetRefused(
                "The source does not say which server it is.", what_to_do=f"Give {self._option} in sources.yaml."
            )
        return self._at(address)

    def only(self) -> T | None:
        """What belongs to the server that is known without a source; None where a source has to say."""
        address = self._base or self._usual
        return self._at(address) if address else None

    def _at(self, address: str) -> T:
        address = address if "://" in address else f"https://{address}"
        if address not in self._opened:
            self._opened[address] = self._open_at(address)
        return self._opened[address]
