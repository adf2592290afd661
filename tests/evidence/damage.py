"""Payloads and answers as no platform should send them: one or a few places of a real one changed, at random."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
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

_SPLICES: Sequence[bytes] = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3\x28", b"\xed\xa0\x80", b"&", b"<", b">", b'"', b"<!--", b"-->",
    b"]]>", b"<![CDATA[", b"<?", b"</", b"&lt;", b"&#0;", b"&#x110000;", b"&#xd800;", b"&nosuch;", b"\r\n\r\n",
    b"\r\n--a--\r\n",
    b"=?utf-8?B?////?=", b"=?utf-7?Q?+AD?=", b"=E9=", b"\x1b$B", b"charset=utf-16", b"charset=nonsense", b"%00",
    b"<script>", b"<table>", b"<template>", b"<math><mtext>", b"xmlns:a=''", b'xml:base="http://[/"', b"\\u0000",
    b"[" * 3000,
    b'{"a":' * 3000, b"<a>" * 3000, b"<div itemscope>" * 800, b"A" * 100_000, b"9" * 5000,
)  # fmt: skip
_ENCODINGS = (
    b"utf-8", b"utf-7", b"utf-16", b"utf-16-le", b"utf-32", b"iso-8859-1", b"windows-1251", b"shift_jis",
    b"iso-2022-jp", b"idna", b"punycode", b"unicode_escape", b"rot13", b"zlib", b"hex", b"base64", b"nonsense", b"",
)  # fmt: skip
# A billion laughs, entities from files and from the network, and an entity that needs itself.
_PROLOGUES: Sequence[bytes] = (
    b'<!DOCTYPE rss [<!ENTITY a "lol">' + b"".join(
        b'<!ENTITY %c "%s">' % (after, b"&%c;" % before * 10) for before, after in pairwise(b"abcdefghij")
    ) + b"]>",
    b'<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    b'<!DOCTYPE rss [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p.dtd"> %p;]>',
    b'<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/rss.dtd">',
    b'<!DOCTYPE rss [<!ENTITY a "&j;"><!ENTITY j "&a;">]>',
)  # fmt: skip
_ENTITIES = (b"&j;", b"&a;", b"&a;" * 1000)

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


def damaged_bytes(document: bytes, chance: Random) -> bytes:
    """A document with one to three changes to its bytes, as if the way to us, or its author, meant no good."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        document = chance.choice(_BYTE_CHANGES)(document, chance)
    return document


def _flipped(document: bytes, chance: Random) -> bytes:
    changed = bytearray(document)
    for _ in range(chance.choice((1, 3, 30)) if document else 0):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _stretch(document: bytes, chance: Random) -> tuple[int, int]:
    start = chance.randrange(len(document) + 1)
    return start, min(len(document), start + chance.choice((1, 10, 100, 1000)))


def _shorter(document: bytes, chance: Random) -> bytes:
    start, end = _stretch(document, chance)
    return document[:start] + (document[end:] if chance.random() < 0.6 else b"")


def _repeated(document: bytes, chance: Random) -> bytes:
    start, end = _stretch(document, chance)
    return document[:end] + document[start:end] * chance.choice((1, 2, 50)) + document[end:]


def _spliced(document: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(document) + 1)
    return document[:place] + chance.choice(_SPLICES) + document[place:]


def _misdeclared(document: bytes, chance: Random) -> bytes:
    """Another encoding than the one that is declared, wherever one is, or is not."""
    name = chance.choice(_ENCODINGS)
    changed, count = _DECLARED.subn(lambda found: found[1] + name, document)
    return changed if count else b'<?xml version="1.0" encoding="' + name + b'"?>' + document


def _reencoded(document: bytes, chance: Random) -> bytes:
    into = chance.choice(("utf-16", "utf-16-be", "utf-32", "cp1252", "utf-7"))
    return document.decode("utf-8", "replace").encode(into, "replace")


def _with_entities(document: bytes, chance: Random) -> bytes:
    """Entities that are declared before the first tag, and used in a text."""
    head, tag, rest = document.partition(b"<rss") if b"<rss" in document else document.partition(b"<feed")
    text, closing, tail = rest.partition(b"</title>")
    return head + chance.choice(_PROLOGUES) + tag + text + chance.choice(_ENTITIES) + closing + tail


_DECLARED = re.compile(rb"((?:encoding|charset)\s*=\s*[\"']?)[\w.:-]+", re.IGNORECASE)
_BYTE_CHANGES = (_flipped, _flipped, _shorter, _repeated, _spliced, _spliced, _misdeclared, _reencoded, _with_entities)
