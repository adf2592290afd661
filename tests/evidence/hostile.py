"""Made-up values of any dataclass, as no sane person would fill it: for whatever shows strangers' texts to somebody."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from random import Random
from typing import Any, TypeVar

Made = TypeVar("Made")

ODD: Sequence[str] = (
    "", " ", "\n", "\n" * 300, "a", "–", "0", "&", "&amp;", "<", ">", "<!channel>", "<!here> <@U0123ABCD> <#C0123ABCD>",
    "<http://evil.example|click>", "<!date^0^{date}|x>", "@everyone @here @channel", "*b* _i_ ~s~ `c` ```f```",
    ":tada:",
    "> q\n>q", "[a](javascript:alert(1))", "**" * 200, "__init__", "* a\n* b\n1. c\n```\nx\n", "# h\n## h\n", "- \n-\n",
    "\u202eesrever\u202c", "\u2066x\u2069", "\ufeff", "\u0000", "\x07\x1b[31m", "\ud83d", "\udc00x", "é" * 400,
    "👨‍👩‍👧‍👦" * 300, "🏳️‍🌈🇩🇪🇩", "Z" + "\u0301" * 5000, "\u200d" * 4000, "word " * 2000, "x" * 8000,
    "&" * 4000, "<" * 3001,
    "https://earful.example/posts/1", "https://x.example/" + "a" * 3001, "http://[", "javascript:alert(1)",
    "//x", "ftp://x",
    "https://x y", "http://user:pass@x.example/", "مرحبا بالعالم", "漢字" * 600,
    "a\r\nb\u2028c\x0bd", "%s {0} {author}",
)  # fmt: skip
KNOWN: Sequence[str] = (
    "draft", "approved", "sending", "sent", "uncertain", "failed", "manual", "dropped", "new", "claimed", "answered",
    "solved", "dismissed", "api", "link", "none", "negative", "positive", "mixed", "neutral", "bug_report", "praise",
    "spam", "toxic", "open", "rising", "fixed",
)  # fmt: skip
"""Words that the code tells apart, so that every branch is walked."""
_LONGEST_LIST = 130
_DEEPEST = 6


def made_up(kind: type[Made], chance: Random) -> Made:
    """A value of a dataclass, every field of it as odd as its type allows."""
    return typing.cast(Made, _dataclass(kind, chance, 0))


def odd_text(chance: Random) -> str:
    """A text that breaks things: one of the known ones, some joined, a piece of one, or signs at random."""
    way = chance.random()
    if way < 0.3:
        return chance.choice(ODD)
    if way < 0.5:
        return chance.choice(KNOWN)
    if way < 0.65:
        return "".join(chance.choice(ODD) for _ in range(chance.randint(2, 4)))
    if way < 0.8:
        whole = chance.choice(ODD)
        begin = chance.randint(0, len(whole))
        return whole[begin : begin + chance.randint(0, 3100)]
    top = chance.choice((0x7F, 0x2FF, 0xFFFF, 0x10FFFF))
    return "".join(chr(chance.randint(0, top)) for _ in range(chance.choice((1, 5, 24, 75, 150, 700))))


def _dataclass(kind: Any, chance: Random, depth: int) -> Any:
    hints = typing.get_type_hints(kind)
    return kind(**{field.name: _value(hints[field.name], chance, depth + 1) for field in dataclasses.fields(kind)})


def _value(hint: Any, chance: Random, depth: int) -> Any:
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return _value(chance.choice(inside), chance, depth)
    if origin is not None:
        return _several(origin, inside, chance, depth)
    if dataclasses.is_dataclass(hint):
        return _dataclass(hint, chance, depth)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return chance.choice(list(hint))
    return _PLAIN[hint](chance)


def _several(origin: Any, inside: Sequence[Any], chance: Random, depth: int) -> Any:
    """A mapping (of ids, as forms carry them), a tuple of a known length, or a list."""
    if origin is Mapping:
        return {"case": chance.randint(0, 2**63), "seen": "x" * chance.randint(0, 200)}
    if origin is tuple and Ellipsis not in inside:
        return tuple(_value(each, chance, depth) for each in inside)
    length = 0 if depth > _DEEPEST else chance.choices((0, 1, 2, 12, _LONGEST_LIST), (40, 30, 20, 8, 2))[0]
    return [_value(inside[0], chance, depth) for _ in range(length)]


def _moment(chance: Random) -> datetime:
    return datetime(1960, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randint(0, 9_000_000_000))


_PLAIN: Mapping[Any, Callable[[Random], Any]] = {
    str: odd_text,
    int: lambda chance: chance.choice((0, 1, 2, 7, 100, 10**12, 2**53)),
    float: lambda chance: chance.choice((0.0, 0.5, 1.0, chance.random())),
    bool: lambda chance: chance.random() < 0.5,
    datetime: _moment,
    date: lambda chance: _moment(chance).date(),
    type(None): lambda chance: None,
}
