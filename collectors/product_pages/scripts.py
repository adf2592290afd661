"""JSON-LD out of a page's scripts, each read on its own, so that one broken script does not cost the others.

extruct's reader drops every script of the page when one of them is malformed (0.18, `extruct/jsonld.py`); real pages
have comments, CDATA marks, trailing commas, raw line breaks and two documents in one script.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import cast

from lxml.etree import _Element

from collectors.base import JSON, SetAside
from collectors.product_pages.nodes import listed, storable

_WRAPPING = re.compile(r"^\s*(?:(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)\s*)+")
_WRAPPED = re.compile(r"\s*(?:(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>|;)\s*)+$")
# A whole string, or a comma before a closing bracket; strings are kept, so that commas within them are not touched.
_SLIPS = re.compile(r'"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])', re.DOTALL)
_WRONG_ESCAPE = re.compile(r'\\(u(?![0-9a-fA-F]{4})|[^"\\/bfnrtu])', re.DOTALL)
_WHITESPACE = re.compile(r"[\s,;]*")


def read_scripts(tree: _Element) -> tuple[list[JSON], list[SetAside]]:
    """Each JSON-LD document of the page, and each script (or its rest) that could not be read."""
    documents: list[JSON] = []
    aside: list[SetAside] = []
    scripts = [script for script in tree.iter("script") if "ld+json" in (script.get("type") or "").lower()]
    for number, script in enumerate(scripts, start=1):
        text = _unwrapped("".join(script.itertext()))
        if not text:
            continue
        try:
            documents.extend(list(_documents(text)))
        except (ValueError, RecursionError) as error:
            read, failure = _as_far_as_possible(_mended(text), error)
            documents.extend(read)
            if failure is not None:
                place = f"JSON-LD script {number} of {len(scripts)}"
                aside.append(SetAside(place=place, reason=_reason(failure), raw=text[:2000]))
    return documents, aside


def _unwrapped(text: str) -> str:
    text = _WRAPPED.sub("", _WRAPPING.sub("", text.lstrip("\ufeff"))).strip()
    return html.unescape(text) if re.match(r"[{\[]\s*&quot;", text) else text


def _documents(text: str) -> Iterator[JSON]:
    """The documents that stand one after another in the text. Raises ValueError where one is malformed."""
    decoder = json.JSONDecoder(strict=False, object_pairs_hook=_joined)
    at = 0
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        yield storable(value)
        gap = _WHITESPACE.match(text, at)
        at = gap.end() if gap else at


def _as_far_as_possible(text: str, first: Exception) -> tuple[list[JSON], Exception | None]:
    read: list[JSON] = []
    if isinstance(first, RecursionError):
        return read, first
    try:
        for document in _documents(text):
            read.append(document)  # noqa: PERF402 - what was read before the failure is to be kept
    except (ValueError, RecursionError) as error:
        return read, error
    return read, None


def _mended(text: str) -> str:
    """Without trailing commas and without escapes that JSON does not know."""
    return _SLIPS.sub(lambda slip: "" if slip[0] == "," else _WRONG_ESCAPE.sub(r"\1", slip[0]), text)


def _joined(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object whose repeated names keep all their values (pages write "review": {…}, "review": {…})."""
    result: dict[str, object] = {}
    for key, value in pairs:
        if key in result and key.lower() in {"review", "reviews", "@graph", "aggregaterating"}:
            result[key] = [*listed(cast("JSON", result[key])), *listed(cast("JSON", value))]
        else:
            result[key] = value
    return result


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"This JSON-LD is not valid: {error.msg} in line {error.lineno}, column {error.colno}."
    if isinstance(error, RecursionError):
        return "This JSON-LD is nested too deeply to be read."
    return f"This JSON-LD is not valid: {error}."
