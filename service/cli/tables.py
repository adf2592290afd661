"""Rows in and rows out for the verbs that work on files: JSON Lines or CSV, a chunk at a time, memory flat."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TextIO

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from service.cli.console import ERR
from service.errors import ConfigError

_LONGEST_CELL = 10_000_000  # characters; a longer one is no text


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the input; `problem` says why it cannot be used, where it cannot."""

    line: int  # where it begins in the file, from 1
    values: dict[str, object]
    problem: str | None = None


def chunks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """The rows in lists of at most `size`."""
    source = iter(rows)
    while chunk := list(islice(source, size)):
        yield chunk


def read_rows(path: Path) -> Generator[Row, None, None]:
    """The rows of a .csv (or .tsv) file with a head line, or of a file with one JSON object a line.

    Rows that cannot be read come with their problem and do not stop the others.

    Raises:
        ConfigError: the file cannot be opened, or a CSV has no head line.
    """
    with ExitStack() as stack:
        try:
            file = stack.enter_context(path.open(encoding="utf-8-sig", errors="replace", newline=""))
        except OSError as error:
            raise ConfigError(f"{path} cannot be read: {error.strerror}.", fix="Check --input.") from None
        separator = {".csv": ",", ".tsv": "\t"}.get(path.suffix.lower())
        yield from _csv(path, file, separator) if separator else _json_lines(file)


@contextmanager
def rows_to(output: str) -> Iterator[TextIO]:
    """Where rows are written; `-` is stdout.

    Raises:
        ConfigError: the file cannot be written.
    """
    if output == "-":
        yield sys.stdout
        return
    with ExitStack() as stack:
        try:
            file = stack.enter_context(Path(output).open("w", encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"{output} cannot be written: {error.strerror}.", fix="Check --output.") from None
        yield file


def write_row(sink: TextIO, values: Mapping[str, object]) -> None:
    """Write one row as a line of JSON."""
    sink.write(json.dumps(values, ensure_ascii=True, separators=(", ", ": ")) + "\n")


@contextmanager
def counter(doing: str) -> Iterator[Callable[[int], None]]:
    """A function that is told how many more rows are done; shown on a terminal, silent elsewhere."""
    columns = (SpinnerColumn(), TextColumn("{task.description}: {task.completed:.0f} rows"), TimeElapsedColumn())
    with Progress(*columns, console=ERR, transient=True, disable=not ERR.is_terminal) as progress:
        task = progress.add_task(doing, total=None)
        yield lambda more: progress.advance(task, more)


class RatingScale:
    """Which scale a file's ratings are on, told from its first rows: 0 to 1, 1 to 5, 1 to 10 or 0 to 100."""

    def __init__(self) -> None:
        self._scale: tuple[float, float] | None = None

    def learn(self, rows: Iterable[Row]) -> None:
        """Look at these rows, unless earlier ones have told already."""
        ratings = [value for row in rows if (value := _number(row.values.get("rating"))) is not None]
        if self._scale is None and ratings:
            highest = max(ratings)
            scales = ((1.0, (0.0, 1.0)), (5.0, (1.0, 5.0)), (10.0, (1.0, 10.0)))
            self._scale = next((scale for most, scale in scales if highest <= most), (0.0, 100.0))

    def rating(self, values: Mapping[str, object]) -> float | None:
        """The row's rating from 0 (worst) to 1 (best); None where there is none, or none that makes sense."""
        stars = _number(values.get("stars"))
        value, (low, high) = (
            (stars, (1.0, 5.0))
            if stars is not None
            else (
                _number(values.get("rating")),
                self._scale or (0.0, 1.0),
            )
        )
        return (value - low) / (high - low) if value is not None and low <= value <= high else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _json_lines(file: IO[str]) -> Iterator[Row]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Row(number, {}, f"this is not JSON: {error}")
            continue
        if isinstance(values, dict):
            yield Row(number, values)
        else:
            yield Row(number, {}, "this is not a JSON object")


def _csv(path: Path, file: IO[str], separator: str) -> Iterator[Row]:
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader((line.replace("\0", "") for line in file), delimiter=separator)
    head = next(reader, None)
    if not head:
        raise ConfigError(f"{path} has no head line.", fix="The first line of a CSV names its columns.")
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield Row(first, {}, f"this is not CSV: {error}")
            continue
        if cells is None:
            return
        if not cells:
            continue
        if len(cells) != len(head):
            values: dict[str, object] = dict(zip(head, cells, strict=False))
            yield Row(first, values, f"it has {len(cells)} columns where the head line has {len(head)}")
        else:
            yield Row(first, dict(zip(head, cells, strict=True)))
