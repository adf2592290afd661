"""How errors and reasons are worded: what was meant, what was given, in a few words."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches

from pydantic_core import ErrorDetails

_LONGEST = 60


def nearest(given: str, known: Collection[str], *, likeness: float = 0.6) -> str | None:
    """The known word that `given` was meant to be; None where none is alike (0: not at all, 1: the same)."""
    folded = {word.casefold(): word for word in known}
    near = get_close_matches(given.casefold(), list(folded), n=1, cutoff=likeness)
    return folded[near[0]] if near else None


def did_you_mean(given: str, known: Collection[str]) -> str:
    """A fix in words: the known word nearest to `given`, or all of them where none is near."""
    near = nearest(given, known)
    if near:
        return f"Did you mean `{near}`?"
    return f"Use {one_of(known)}." if known else "Remove it."


def one_of(words: Collection[str]) -> str:
    """`a`, `b` or `c`."""
    *others, last = [f"`{word}`" for word in words]
    return f"{', '.join(others)} or {last}" if others else last


def shown(value: object) -> str:
    """A value as an error message shows it: short, and as a person would have typed it."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = str(value).replace("\n", " ")
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return f'"{text}"' if isinstance(value, str) else text


_TYPES = {
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "string": "a text (numbers and dates need quotes to be one)",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "frozen": "a list",
    "dict": "a mapping (`name: value`)",
    "mapping": "a mapping (`name: value`)",
    "model": "a mapping (`name: value`)",
    "time": "a time of day, as in 08:30",
    "date": "a date, as in 2026-03-01",
    "datetime": "a moment, as in 2026-03-01T08:30:00Z",
}
_LIMITS = {
    "greater_than_equal": "It must be at least {ge}.",
    "less_than_equal": "It must be at most {le}.",
    "greater_than": "It must be more than {gt}.",
    "less_than": "It must be less than {lt}.",
    "string_too_short": "It needs {min_length} or more characters.",
    "string_too_long": "It may have {max_length} characters at most.",
    "too_short": "It needs {min_length} or more entries.",
    "too_long": "It may have {max_length} entries at most.",
}


def what_is_right(error: ErrorDetails) -> str:
    """A fix in words for one of pydantic's findings: the sentence a validator raised, or what the type asks for."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return _sentence(str(context["error"]))
    if kind in ("literal_error", "enum"):
        choices = re.findall(r"'([^']*)'", str(context["expected"]))
        given = error["input"]
        return did_you_mean(given, choices) if isinstance(given, str) else f"Use {one_of(choices)}."
    if kind in _LIMITS:
        return _LIMITS[kind].format(**context)
    if wanted := _TYPES.get(kind.split("_")[0]):
        return f"It must be {wanted}."
    return _sentence(error["msg"])


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "?", "!")) else ".")


def joined(words: Sequence[str]) -> str:
    """a, b and c."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def figure(number: float) -> str:
    """A number for people: 0.72, 3, 12,400."""
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def money(amount: float, currency: str) -> str:
    """An amount for people, without cents from 100 on: 1,240 €, 19.99 $. `currency` is an ISO 4217 code."""
    symbol = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}.get(currency, currency)
    return f"{amount:,.0f} {symbol}" if amount >= 100 else f"{amount:.2f} {symbol}"
