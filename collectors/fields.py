"""Reading the fields of a payload that somebody else made: the right type, or PostUnreadable that names the field."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from collectors.base import JSON, PostKind, PostUnreadable
from collectors.plain import tidy

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
_LARGEST_COUNT = 2**31 - 1  # platforms send 4294967295 where a counter fell below zero


def obj(payload: Mapping[str, JSON], name: str) -> dict[str, JSON]:
    """The object in this field."""
    value = payload.get(name)
    if not isinstance(value, dict):
        raise _wrong(payload, name, "an object")
    return value


def obj_or_empty(payload: Mapping[str, JSON], name: str) -> dict[str, JSON]:
    """The object in this field, or an empty one."""
    value = payload.get(name)
    return value if isinstance(value, dict) else {}


def list_or_empty(payload: Mapping[str, JSON], name: str) -> list[JSON]:
    """The list in this field, or an empty one."""
    value = payload.get(name)
    return value if isinstance(value, list) else []


def texts(payload: Mapping[str, JSON], name: str) -> list[str]:
    """The texts in a list of a payload."""
    return [each for each in list_or_empty(payload, name) if isinstance(each, str)]


def numbers(payload: Mapping[str, JSON], name: str) -> dict[str, int]:
    """The object in this field as numbers by name, as cursors hold them; what is no whole number is left out."""
    found = obj_or_empty(payload, name).items()
    return {key: value for key, value in found if isinstance(value, int) and not isinstance(value, bool)}


def text(payload: Mapping[str, JSON], name: str) -> str:
    """The text in this field, tidied; numbers are taken as they would be written. May be empty."""
    value = payload.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _wrong(payload, name, "a text")
    return tidy(str(value))


def text_or_none(payload: Mapping[str, JSON], name: str) -> str | None:
    """The text in this field; None where it is absent, empty or something else."""
    value = payload.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return tidy(str(value)) or None


def truth(payload: Mapping[str, JSON], name: str) -> bool:
    """The true or false (also 1 or 0) in this field."""
    value = payload.get(name)
    if value in (True, False):
        return bool(value)
    raise _wrong(payload, name, "true or false")


def count_or_none(payload: Mapping[str, JSON], name: str) -> int | None:
    """The count in this field, not below zero; None where there is none."""
    value = payload.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= _LARGEST_COUNT else None


def count_in_text(payload: Mapping[str, JSON], name: str) -> int | None:
    """As `count_or_none`, for platforms that write counts as text ("12")."""
    value = payload.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 10:
        return count_or_none({name: int(value)}, name)
    return count_or_none(payload, name)


def moment(payload: Mapping[str, JSON], name: str) -> datetime:
    """The time in this field, given in seconds since 1970, in UTC."""
    value = payload.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(payload, name, "a time in seconds since 1970")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise _wrong(payload, name, "a time in seconds since 1970") from None


def instant(payload: Mapping[str, JSON], name: str) -> datetime:
    """The time in this field, given as ISO 8601 text, in UTC; UTC is meant where the text names no zone."""
    value = payload.get(name)
    try:
        found = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        if found is not None:
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _wrong(payload, name, "a time like 2026-12-31T14:05:00Z")


def instant_or_none(payload: Mapping[str, JSON], name: str) -> datetime | None:
    """The time in this field, as `instant` reads it; None where there is none that can be read."""
    try:
        return instant(payload, name) if payload.get(name) else None
    except PostUnreadable:
        return None


def kind(payload: Mapping[str, JSON], name: str) -> PostKind:
    """The kind of post in this field."""
    try:
        return PostKind(text(payload, name))
    except ValueError:
        raise _wrong(payload, name, f"one of {', '.join(PostKind)}") from None


def stars(payload: Mapping[str, JSON], name: str) -> tuple[float | None, str | None]:
    """The one to five stars in this field, from 0 to 1 and as people know them ("4/5"); None where it is empty."""
    value = payload.get(name)
    if value is None or value == "":
        return None, None
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else 0.0
    except (ValueError, OverflowError):
        number = 0.0
    if not 1 <= number <= 5:
        raise _wrong(payload, name, "a number of stars from 1 to 5")
    return (number - 1) / 4, f"{number:g}/5"


def objects(value: JSON) -> list[dict[str, JSON]]:
    """The objects in a list; what is no list holds none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def language_tag(value: str | None) -> str | None:
    """The BCP 47 tag in its usual spelling (pt-BR); None where it is none."""
    if value is None or not _TAG.match(value := value.strip().replace("_", "-")):
        return None
    first, *rest = value.split("-")
    return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])


def web_address(value: str | None) -> str | None:
    """The address where it is one of the web; None for others (javascript:, a bare path), and for damaged ones."""
    if value is None or not value.lower().startswith(("http://", "https://")):
        return None
    try:
        urlsplit(value)
    except ValueError:
        return None
    return value


def sample(payload: JSON) -> str:
    """The beginning of a payload, as JSON, for a person who looks for what is wrong."""
    return json.dumps(payload, ensure_ascii=False, default=str)[:2000]


def _wrong(payload: Mapping[str, JSON], name: str, right: str) -> PostUnreadable:
    if name not in payload:
        return PostUnreadable(f"The field {name} is missing; it should be {right}.", raw=sample(dict(payload)))
    found = json.dumps(payload[name], default=str)[:60]
    return PostUnreadable(f"The field {name} should be {right}, not {found}.", raw=sample(dict(payload)))
