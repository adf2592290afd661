"""Rows of a CSV or JSON Lines file of any usual encoding, one after the other, the unreadable ones told apart."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import cast

from collectors.base import JSON, SourceRefused
from collectors.plain import storable

_CHUNK = 1 << 20
_LOOKED_AT = 300
_LONGEST_LINE = 4_000_000  # characters; a longer one is no row but a damaged file
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Row:
    """A row that could be read; `line` is where it begins, from 1."""

    line: int
    cells: dict[str, JSON]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that can be opened: what it is and how its bytes are to be read."""

    path: Path
    encoding: str
    fingerprint: str  # sha256 of the bytes
    json_lines: bool

    def rows(self) -> Iterator[Row | BadRow]:
        """The file's rows in their order. Raises SourceRefused where the file as a whole is not a table."""
        with self.path.open(encoding=self.encoding, errors="replace", newline="") as stream:
            yield from _json_rows(stream, self.path.name) if self.json_lines else _csv_rows(stream, self.path.name)

    def header(self) -> list[str]:
        """The names of the columns: a CSV file's first line; the names in the first hundreds of JSON objects."""
        names: dict[str, None] = {}
        for row in islice(self.rows(), _LOOKED_AT):
            if isinstance(row, Row):
                names.update(dict.fromkeys(row.cells))
        return list(names)


def open_sheet(path: Path, encoding: str | None = None) -> Sheet:
    """Look at a file: its encoding (by its first bytes; UTF-8, else windows-1252), its kind (by its name, its start).

    Raises SourceRefused where it cannot be read, is empty, or is a spreadsheet and not text.
    """
    try:
        start, fingerprint, is_utf8 = _scan(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SourceRefused(f"{path} cannot be read: {reason}.", what_to_do="Check the option path.") from None
    if not start.strip(b"\x00 \r\n\t\xef\xbb\xbf\xff\xfe"):
        raise SourceRefused(f"{path.name} is empty.", what_to_do="Give a file with rows.")
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise SourceRefused(
            f"{path.name} is a spreadsheet or archive.", what_to_do="Export it as CSV, encoded in UTF-8."
        )
    chosen = encoding or _guess(start, is_utf8=is_utf8)
    first = start.decode(chosen, "replace").lstrip("\ufeff \r\n\t")[:1]
    if first == "[" and path.suffix.lower() != ".csv":
        raise SourceRefused(
            f"{path.name} is one JSON list.", what_to_do="Give one object a line (jq -c '.[]' makes it so)."
        )
    by_name = path.suffix.lower() in {".jsonl", ".ndjson", ".json"}
    return Sheet(path, chosen, fingerprint, by_name or (first == "{" and path.suffix.lower() != ".csv"))


def _scan(path: Path) -> tuple[bytes, str, bool]:
    digest, decoder, is_utf8, start = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), True, b""
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            start = start or chunk[:4096]
            digest.update(chunk)
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
    return start, digest.hexdigest(), is_utf8


def _guess(start: bytes, *, is_utf8: bool) -> str:
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            return encoding
    if start[1::2].count(0) > len(start) // 4:
        return "utf-16-le"
    if start[::2].count(0) > len(start) // 4:
        return "utf-16-be"
    return "utf-8" if is_utf8 else "cp1252"


def _json_rows(stream: io.TextIOBase, name: str) -> Iterator[Row | BadRow]:
    for number, line in enumerate(_lines(stream, name), start=1):
        if not line.strip("\ufeff \r\n\t\x00"):
            continue
        try:
            value = json.loads(line.lstrip("\ufeff"))
        except json.JSONDecodeError as error:
            yield BadRow(number, f"This is no JSON: {error.msg}, at column {error.colno}.", line[:2000])
            continue
        except (ValueError, RecursionError):
            yield BadRow(number, "This JSON is nested too deeply, or holds a number that is too long.", line[:2000])
            continue
        if isinstance(value, dict):
            yield Row(number, cast("dict[str, JSON]", storable(value)))
        else:
            yield BadRow(number, "This is JSON, but not an object with named fields.", line[:2000])


def _csv_rows(stream: io.TextIOBase, name: str) -> Iterator[Row | BadRow]:
    head = stream.read(65_536)
    stream.seek(0)
    source = _Rewindable(_lines(stream, name))
    reader = csv.reader(source, delimiter=_delimiter(head))
    header: list[str] = []
    while True:
        line = source.mark()
        try:
            cells = next(reader)
            problem = (
                "" if len(cells) == len(header) else f"This row has {len(cells)} cells; the header has {len(header)}."
            )
        except StopIteration:
            return
        except csv.Error as error:
            cells, problem = ["?"], f"This row cannot be read as CSV ({error})."
        if source.unclosed():
            problem = "This row has a quote that is not closed."
        if not any(cell.strip() for cell in cells):
            continue
        if not header:
            header = _named(cells)
        elif problem:
            yield BadRow(line, problem, source.taken[0].rstrip()[:2000])
            source.rewind()
        else:
            yield Row(line, {column: storable(cell) for column, cell in zip(header, cells, strict=True)})


class _Rewindable:
    """Lines of a table for csv.reader. After a bad row only its first line is given up: the others are read again, so
    that a quote which is not closed does not swallow the rows that follow it."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._waiting: deque[str] = deque()
        self._next = 1
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._lines)
        self.taken.append(line)
        return line

    def mark(self) -> int:
        """The number of the line where the next row begins."""
        self._next += len(self.taken)
        self.taken.clear()
        return self._next

    def unclosed(self) -> bool:
        """Whether the row took several lines and has an odd number of quotes."""
        return len(self.taken) > 1 and sum(line.count('"') for line in self.taken) % 2 == 1

    def rewind(self) -> None:
        """Put the row's lines back, save the first."""
        self._waiting.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def _named(cells: list[str]) -> list[str]:
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = str(storable(cell.strip("\ufeff \t"))) or f"column {number}"
        names.append(name if name not in names else f"{name} ({number})")
    return names


def _delimiter(head: str) -> str:
    first = next((line for line in head.splitlines() if line.strip()), "")
    return max(",;\t|", key=lambda sign: (first.count(sign), sign == ","))


def _lines(stream: io.TextIOBase, name: str) -> Iterator[str]:
    while line := stream.readline(_LONGEST_LINE):
        if len(line) >= _LONGEST_LINE:
            raise SourceRefused(
                f"{name} has a line of more than {_LONGEST_LINE:,} characters.",
                what_to_do="Check that it is a text file.",
            )
        yield line
