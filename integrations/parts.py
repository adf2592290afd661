"""Reading JSON of platforms, whose form nobody promised: what is not there, or of another sort, is nothing."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.base import JSON


def get(value: JSON, *path: str | int) -> JSON:
    """What stands at a path; None where there is nothing."""
    for step in path:
        if isinstance(value, Mapping) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def words(value: JSON, *path: str | int) -> str:
    """The text or the number at a path, as text; empty where there is neither."""
    found = get(value, *path)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def obj(value: JSON, *path: str | int) -> Mapping[str, JSON]:
    """The object at a path; an empty one where there is none."""
    found = get(value, *path)
    return found if isinstance(found, Mapping) else {}


def objects(value: JSON, *path: str | int) -> list[Mapping[str, JSON]]:
    """The objects of the list at a path; none where there is no list."""
    found = get(value, *path)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
