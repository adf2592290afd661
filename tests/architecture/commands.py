"""Reads `earful …` and `make …` commands out of texts, and says which of them do not exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping

_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_FENCE = re.compile(r"^(?:```|~~~)\w*\n(.*?)^(?:```|~~~)", re.DOTALL | re.MULTILINE)
_INDENTED = re.compile(r"^ {4}(\S.*)$", re.MULTILINE)
_ASSIGNMENT = re.compile(r"^[A-Z_]+=\S*$")
_PROSE = re.compile(r"[…|{}<>]|\.\.\.")


def in_markdown(text: str) -> Iterator[list[str]]:
    """The commands that a page tells people to type, each as its words, without prompts, variables and comments."""
    fenced = [line for block in _FENCE.findall(text) for line in block.splitlines()]
    for line in (*fenced, *_INDENTED.findall(text), *_SPAN.findall(_FENCE.sub("", text))):
        plain = _PROSE.split(line.strip().removeprefix("$ "))[0]
        try:
            words = shlex.split(plain, comments=True)
        except ValueError:
            continue  # prose between two backticks
        while words and _ASSIGNMENT.match(words[0]):
            words = words[1:]
        if words and words[0] in ("earful", "make"):
            yield words


def unknown(words: list[str], verbs: Mapping[str, frozenset[str]]) -> str | None:
    """What does not exist in an `earful` command; None where all of it does."""
    path = "earful"
    rest = words[1:]
    while rest and f"{path} {rest[0]}" in verbs:
        path, rest = f"{path} {rest[0]}", rest[1:]
    if path == "earful":
        return " ".join(words) if rest and not rest[0].startswith("-") else None
    is_group = any(other.startswith(f"{path} ") for other in verbs)
    if is_group and rest and not rest[0].startswith("-"):
        return " ".join(words)
    known = verbs[path] | {"--help"}
    strange = [word for word in rest if word.startswith("--") and word.split("=")[0] not in known]
    return f"{path} {strange[0]}" if strange else None
