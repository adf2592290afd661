"""`earful group`: tie the texts of a file together by their cause, without a database."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from collectors.dates import read_date
from nlp.base import Vector
from nlp.grouping import GroupItem, group_all
from service.cli.console import complain, say
from service.cli.tables import RatingScale, Row, chunks, counter, read_rows, rows_to, write_row
from service.cli.understand import load_models, text_of

if TYPE_CHECKING:
    from nlp.runtime import Understanding

_CHUNK = 512
_WIDTH = 512
_UNDATED = datetime(2000, 1, 1, tzinfo=UTC)  # posts without a date are taken to be of one day


@dataclass(slots=True)
class _Found:
    """What the first pass over the file brings: a vector and a moment a row, and the rows that cannot be used."""

    items: list[GroupItem] = field(default_factory=list)
    problems: dict[int, str] = field(default_factory=dict)
    rows: int = 0


def group(
    input_file: Annotated[
        Path, typer.Option("--input", metavar="FILE", help="JSON Lines, or CSV with a head line (.csv, .tsv).")
    ],
    output: Annotated[str, typer.Option("--output", metavar="FILE", help="JSON Lines to write; - is stdout.")],
    text_field: Annotated[str, typer.Option("--text-field", metavar="NAME", help="The column with the text.")] = "text",
    threads: Annotated[int | None, typer.Option("--threads", min=1, help="Cores to use (default: all).")] = None,
) -> None:
    """Group texts that share one cause, in whatever language they are written.

    Writes the same rows with issue added: a number, or null for a text that belongs to none. A column created_at is
    used where a row has one, and a vector (from earful understand --vectors) spares reading the text again. A row that
    cannot be used keeps its place, with the reason in `error`.

    Exit codes: 0 done; 1 some rows could not be used; 2 wrong use.

    Examples:

      earful group --input complaints.jsonl --output groups.jsonl

      earful understand --input posts.jsonl --output read.jsonl --vectors

      earful group --input read.jsonl --output groups.jsonl
    """
    models = load_models(threads, ())
    found = _first_pass(input_file, text_field, models)
    numbers = group_all(found.items)
    by_row = {item.key: number for item, number in zip(found.items, numbers, strict=True)}
    with rows_to(output) as sink:
        for place, row in enumerate(read_rows(input_file)):
            problem = found.problems.get(place)
            added = {"issue": by_row.get(place)} | ({"error": f"line {row.line}: {problem}"} if problem else {})
            write_row(sink, {**row.values, **added})
    grouped = sum(number is not None for number in numbers)
    say(f"{found.rows} rows: {grouped} in {len(set(numbers) - {None})} issues, {len(numbers) - grouped} in none.")
    if found.problems:
        complain(f"{len(found.problems)} rows could not be used; their `error` says why.")
        raise typer.Exit(1)


def _first_pass(input_file: Path, text_field: str, models: Understanding) -> _Found:
    found = _Found()
    with counter("Reading") as count:
        for chunk in chunks(read_rows(input_file), _CHUNK):
            _add(found, chunk, text_field, models)
            count(len(chunk))
    return found


def _add(found: _Found, chunk: Sequence[Row], text_field: str, models: Understanding) -> None:
    given: dict[int, Vector] = {}
    texts: dict[int, str] = {}
    moments: dict[int, datetime] = {}
    for place, row in enumerate(chunk, found.rows):
        try:
            moments[place] = _moment(row.values.get("created_at"))
            vector = _vector(row.values.get("vector"))
            if vector is None:
                text = text_of(row, text_field, RatingScale())
                texts[place] = f"{text.title}\n{text.text}" if text.title else text.text
            else:
                given[place] = vector
        except ValueError as error:
            complain(f"Line {row.line}: {error}")
            found.problems[place] = str(error)
    read = dict(zip(texts, models.vectors(list(texts.values())), strict=True))
    found.items += [GroupItem(place, vector, moments[place]) for place, vector in sorted({**given, **read}.items())]
    found.rows += len(chunk)


def _moment(value: object) -> datetime:
    """When the post was written.

    Raises:
        ValueError: it is there but is no date.
    """
    if value is None or value == "":
        return _UNDATED
    return read_date(str(value), zone=UTC)


def _vector(value: object) -> Vector | None:
    """A vector that the row brings along.

    Raises:
        ValueError: it is there but is not 512 numbers.
    """
    if value is None:
        return None
    numbers = value if isinstance(value, list) else []
    if len(numbers) != _WIDTH or not all(isinstance(n, int | float) and math.isfinite(n) for n in numbers):
        raise ValueError(f"'vector' is not a list of {_WIDTH} numbers")
    vector = np.array(numbers, np.float32)
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector
