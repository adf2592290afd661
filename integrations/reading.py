"""Reading what a platform answered, nothing of it taken for granted: what is absent, or something else, is nothing."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.base import JSON


def at(value: JSON, *path: str | int) -> JSON:
    """What stands at a path of objects and lists; None where there is nothing."""
    for step in path:
        if isinstance(value, Mapping) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def words_at(value: JSON, *path: str | int) -> str:
    """The text or the whole number at a path, as text; empty where there is neither."""
    found = at(value, *path)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def objects_at(value: JSON, *path: str | int) -> list[Mapping[str, JSON]]:
    """The objects of the list at a path; none where there is no list."""
    found = at(value, *path)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
