"""The envelope of every list in the API."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

_Item = TypeVar("_Item")


class Item(BaseModel):
    """The root of what lists hold."""

    model_config = ConfigDict(frozen=True)


class Listing(BaseModel, Generic[_Item]):
    """A part of a list. `next` goes into `cursor` for the part after it; null where this is the last."""

    items: list[_Item]
    next: str | None
    total: int
