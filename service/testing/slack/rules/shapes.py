"""Small checks that make up the rules of a JSON format. Each says what is wrong as Slack does, with a JSON pointer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias
from urllib.parse import urlsplit

Check: TypeAlias = Callable[[object, str], Iterator[str]]
"""Takes a value and its JSON pointer; yields what is wrong."""


def length(text: str) -> int:
    """A text's length as JavaScript counts it, in UTF-16 units. A lone surrogate is one."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def text(most: int, *, least: int = 1) -> Check:
    """A string of `least` to `most` characters that can be written as UTF-8."""

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield problem("must provide a string", at)
        elif length(value) < least:
            yield problem(f"must be more than {least - 1} characters", at)
        elif length(value) > most:
            yield problem(f"must be less than {most + 1} characters", at)
        elif any("\ud800" <= character <= "\udfff" for character in value):
            yield problem("must be valid UTF-8", at)

    return check


def url(most: int) -> Check:
    """An absolute http or https address."""

    def check(value: object, at: str) -> Iterator[str]:
        wrong = list(text(most)(value, at))
        yield from wrong
        if not wrong and not _is_url(str(value)):
            yield problem("Invalid URL", at)

    return check


def whole(least: int, most: int) -> Check:
    """A whole number between two others."""

    def check(value: object, at: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield problem("must provide a number", at)
        elif not least <= value <= most:
            yield problem(f"must be between {least} and {most}", at)

    return check


def flag(value: object, at: str) -> Iterator[str]:
    """True or false."""
    if not isinstance(value, bool):
        yield problem("must provide a boolean", at)


def choice(*values: str) -> Check:
    """One of a few words."""

    def check(value: object, at: str) -> Iterator[str]:
        if value not in values:
            yield problem(f"must be one of: {', '.join(values)}", at)

    return check


def matching(pattern: str, what: str) -> Check:
    """A string of a certain form; `what` says which."""

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            yield problem(f"must be {what}", at)

    return check


def array(item: Check, most: int, *, least: int = 1) -> Check:
    """A list of `least` to `most` things."""

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield problem("must provide an array", at)
            return
        if len(value) < least:
            yield problem(f"no fewer than {least} items allowed", at)
        if len(value) > most:
            yield problem(f"no more than {most} items allowed", at)
        for index, element in enumerate(value):
            yield from item(element, f"{at}/{index}")

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with these fields and no others. `type` and `block_id` are checked by whoever reads them."""
    known = {**required, **(optional or {})}

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield problem("must provide an object", at)
            return
        for name in required:
            if name not in value:
                yield problem(f"missing required field: {name}", at)
        for name, field in value.items():
            if name in known:
                yield from known[name](field, f"{at}/{name}")
            elif name != "type":
                yield problem(f"invalid additional property: {name}", at)

    return check


def one_of(by_type: Mapping[str, Check]) -> Check:
    """An object whose `type` says which of the shapes it has."""

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield problem("must provide an object", at)
            return
        kind = value.get("type")
        if isinstance(kind, str) and kind in by_type:
            yield from by_type[kind](value, at)
        else:
            yield problem(f"unsupported type: {kind}", f"{at}/type")

    return check


def problem(what: str, at: str) -> str:
    """Slack's way to say what is wrong and where."""
    return f"[ERROR] {what} [json-pointer:{at}]"


def _is_url(value: str) -> bool:
    if any(character.isspace() for character in value):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
