"""Makes other people's text fit to be stored: PostgreSQL keeps neither NUL characters nor halves of surrogate pairs."""

from __future__ import annotations

from typing import Any


def storable(text: str) -> str:
    """The same text; what cannot be stored is replaced by U+FFFD."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        # Through UTF-16, so that a pair written as two escapes becomes the one character that was meant.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def storable_or_none(text: str | None) -> str | None:
    """`storable`, for a text that may be missing."""
    return None if text is None else storable(text)


def storable_json(value: Any) -> Any:
    """The same JSON value with every text in it storable, keys too."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(name)): storable_json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [storable_json(inner) for inner in value]
    return value
