"""Payloads and answers as no platform should send them: one or a few places of a real one changed, at random."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from random import Random

from collectors.base import JSON
from collectors.plain import storable

_ODD: Sequence[JSON] = (
    None, True, False, 0, -1, 1, 7, 2**31, 2**63, 10**30, -(10**18), 0.5, 1e20, -1e300, "", " ", "0", "-5", "1e9",
    "NaN", "null", "2026", "2026-12-31T14:05:00Z", "2026-12-31T14:05:00", "0000-00-00T00:00:00Z",
    "9999-12-31T23:59:59-23:59",
    "31/12/2026", "<p>", "<", "&#x110000;", "&amp;lt;b>", "javascript:alert(1)", "http://[", "//", "@", "a" * 10_000,
    "\u0000", "\ud800", "\u202e\u200d", "\N{PILE OF POO}", "İ", "\r\n\t", "[url=x", "]]>", "%", "١٢", "²", [], {}, [[]],
    [None], [{}], {"": None}, {"id": None}, [1, "a", None], {"text": {"text": 1}},
)  # fmt: skip

_Change = Callable[[JSON, Random], JSON]


def damaged(value: JSON, chance: Random) -> JSON:
    """A copy with one to three places changed, as it would come out of our own JSON reader."""
    changed = copy.deepcopy(value)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        places = list(_places(changed))
        if not places:
            return storable(chance.choice(_ODD))
        holder, key = chance.choice(places)
        _change(holder, key, chance)
    return storable(changed)


def _places(value: JSON) -> Iterator[tuple[dict[str, JSON] | list[JSON], str | int]]:
    """Each place in objects and lists: what holds it, and under which key."""
    stack: list[JSON] = [value]
    while stack:
        holder = stack.pop()
        if isinstance(holder, dict):
            yield from ((holder, key) for key in holder)
            stack += holder.values()
        elif isinstance(holder, list):
            yield from ((holder, key) for key in range(len(holder)))
            stack += holder


def _change(holder: dict[str, JSON] | list[JSON], key: str | int, chance: Random) -> None:
    at: JSON = holder[key]  # type: ignore[index,call-overload]  # the key is of the holder
    if chance.random() < 0.15:
        del holder[key]  # type: ignore[arg-type]  # the same
        return
    changes: list[_Change] = [_odd, _odd, _as_text, _in_list, _deep]
    if isinstance(at, str):
        changes += [_cut, _grown, _mixed]
    holder[key] = chance.choice(changes)(at, chance)  # type: ignore[index,call-overload]  # the same


def _odd(_: JSON, chance: Random) -> JSON:
    return copy.deepcopy(chance.choice(_ODD))


def _as_text(value: JSON, _: Random) -> JSON:
    return str(value)


def _in_list(value: JSON, _: Random) -> JSON:
    return [value]


def _deep(value: JSON, chance: Random) -> JSON:
    for _ in range(chance.choice((2, 30))):
        value = {"a": value}
    return value


def _cut(value: JSON, chance: Random) -> JSON:
    text = str(value)
    return text[: chance.randrange(len(text) + 1)]


def _grown(value: JSON, chance: Random) -> JSON:
    return str(value) * chance.choice((2, 50))


def _mixed(value: JSON, chance: Random) -> JSON:
    text = str(value)
    place = chance.randrange(len(text) + 1)
    return text[:place] + str(chance.choice(_ODD)) + text[place:]
