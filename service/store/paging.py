"""Keyset paging: a page ends with a cursor that says where the next one begins, so that nothing is skipped or repeated.

A cursor is opaque to callers and safe in an address. It holds the sort key of the last item, never an offset.
"""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar

from service.errors import Invalid

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[_Item]):
    """A part of a list, and the cursor of the next part; None where this is the last."""

    items: Sequence[_Item]
    next: str | None = None


def cursor(*parts: datetime | Decimal | int | str) -> str:
    """The address form of a sort key."""
    plain = [part.isoformat() if isinstance(part, datetime) else str(part) for part in parts]
    return urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def parts_of(given: str, *readers: Callable[[str], Any]) -> tuple[Any, ...]:
    """The sort key in a cursor, each part read by its reader.

    Raises:
        Invalid: it is not a cursor of this list.
    """
    try:
        padded = given + "=" * (-len(given) % 4)
        plain = json.loads(urlsafe_b64decode(padded.encode("ascii")))
        return tuple(reader(part) for reader, part in zip(readers, plain, strict=True))
    except (ValueError, TypeError, binascii.Error, InvalidOperation) as error:
        raise Invalid("`cursor` does not belong to this list. Take it from `next` of the page before.") from error


def part(items: Sequence[_Item], *, limit: int, key: Callable[[_Item], str]) -> Part[_Item]:
    """The first `limit` of `items`, where one more was asked for to know whether there is a next part."""
    shown = items[:limit]
    return Part(items=shown, next=key(shown[-1]) if len(items) > limit else None)
