"""Parts of a payload that may be anything, as what they should be; empty where they are something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from integrations.base import JSON


def object_of(value: JSON) -> Mapping[str, JSON]:
    """An object's members."""
    return value if isinstance(value, Mapping) else {}


def list_of(value: JSON) -> Sequence[JSON]:
    """A list's items."""
    return value if isinstance(value, list | tuple) else ()


def text_of(value: JSON) -> str:
    """A text, or a whole number as one: times are told so."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""
