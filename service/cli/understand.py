"""`earful understand`: read texts from a file with the configured models, without a database."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlp.base import Prediction, Reading, TextInput, Topic
from nlp.hub.choice import Choice
from service.cli.console import complain, say
from service.cli.models import choice as models_choice
from service.cli.models import loaded
from service.cli.tables import RatingScale, Row, chunks, counter, read_rows, rows_to, write_row

if TYPE_CHECKING:
    from nlp.runtime import Understanding

_CHUNK = 512
_DIGITS = 4  # of scores in the output


@dataclass(slots=True)
class Rate:
    """Texts done and the time that the models took for them."""

    texts: int = 0
    refused: int = 0
    seconds: float = 0.0

    def sentence(self) -> str:
        rate = self.texts / self.seconds if self.seconds else 0.0
        return f"{self.texts} texts in {self.seconds:.1f} s: {rate:.0f} texts/s"


def understand(
    input_file: Annotated[
        Path, typer.Option("--input", metavar="FILE", help="JSON Lines, or CSV with a head line (.csv, .tsv).")
    ],
    output: Annotated[str, typer.Option("--output", metavar="FILE", help="JSON Lines to write; - is stdout.")],
    text_field: Annotated[str, typer.Option("--text-field", metavar="NAME", help="The column with the text.")] = "text",
    vectors: Annotated[bool, typer.Option("--vectors", help="Write each text's vector (512 numbers) too.")] = False,
    threads: Annotated[int | None, typer.Option("--threads", min=1, help="Cores to use (default: all).")] = None,
) -> None:
    """Say of each text: language, sentiment, intents, topics, urgency.

    Writes the same rows with language, language_score, sentiment, intents, topics, urgency, spam, toxicity, unsure
    (which answers are guesses), partly, from_thread, understood, why_not and model_version added. Columns title,
    language (what the platform says), context (the text that this one answers), stars (1 to 5) and rating (0 to 1, 1 to
    5, 1 to 10 or 0 to 100, told from the first rows) are used where a row has them. Topics are those of
    config/topics.yaml. A row that cannot be used keeps its place, with the reason in `error`. The last line on stderr
    is the rate.

    Exit codes: 0 done; 1 some rows could not be used; 2 wrong use.

    Examples:

      earful understand --input reviews.csv --text-field review --output readings.jsonl

      earful understand --input posts.jsonl --output - --vectors
    """
    rate = Rate()
    models = load_models(threads, topics(), models_choice())
    scale = RatingScale()
    with rows_to(output) as sink, counter("Understanding") as count:
        for chunk in chunks(read_rows(input_file), _CHUNK):
            scale.learn(chunk)
            added = _read(models, chunk, text_field, scale, rate, vectors=vectors)
            for row, extra in zip(chunk, added, strict=True):
                write_row(sink, {**row.values, **extra})
            count(len(chunk))
    if rate.refused:
        complain(f"{rate.refused} rows could not be used; their `error` says why.")
    say(rate.sentence())
    if rate.refused:
        raise typer.Exit(1)


def load_models(threads: int | None, wanted: Sequence[Topic], others: Choice | None = None) -> Understanding:
    """The shipped models, and others where they are named; a missing file becomes a sentence and exit code 2."""
    from nlp.hub.load import load_understanding

    return loaded(lambda: load_understanding(others or Choice(), topics=wanted, threads=threads))


def topics() -> Sequence[Topic]:
    """The company's topics, from the configuration folder in use."""
    from service.configuration.topics import load_topics
    from service.settings import Settings

    return load_topics(Settings.load().config_dir / "topics.yaml")


def _read(
    models: Understanding, chunk: Sequence[Row], text_field: str, scale: RatingScale, rate: Rate, *, vectors: bool
) -> list[dict[str, object]]:
    """What is to be added to each row of the chunk: a reading, or the reason why there is none."""
    added: list[dict[str, object]] = []
    usable: list[TextInput] = []
    places: list[int] = []
    for place, row in enumerate(chunk):
        try:
            usable.append(text_of(row, text_field, scale))
        except ValueError as error:
            complain(f"Line {row.line}: {error}")
            added.append({"error": f"line {row.line}: {error}"})
        else:
            added.append({})
            places.append(place)
    started = time.perf_counter()
    readings = models.read(usable)
    rate.seconds += time.perf_counter() - started
    rate.texts += len(usable)
    rate.refused += len(chunk) - len(usable)
    for place, reading in zip(places, readings, strict=True):
        added[place] = as_columns(reading, vectors=vectors)
    return added


def as_columns(reading: Reading, *, vectors: bool) -> dict[str, object]:
    """A reading as the public columns of the output."""
    columns: dict[str, object] = {
        "language": reading.language.label,
        "language_score": round(reading.language.score, _DIGITS),
        "sentiment": _labelled(reading.sentiment) if reading.sentiment else None,
        "intents": [_labelled(each) for each in reading.intents],
        "topics": [_labelled(each) for each in reading.topics],
        "urgency": round(reading.urgency, _DIGITS),
        "spam": round(reading.spam, _DIGITS),
        "toxicity": round(reading.toxicity, _DIGITS),
        "unsure": sorted(reading.unsure),
        "partly": reading.partly,
        "from_thread": sorted(reading.from_thread),
        "understood": reading.understood,
        "why_not": reading.why_not,
        "model_version": reading.model_version,
    }
    if vectors:
        columns["vector"] = [round(float(number), 6) for number in reading.vector]
    return columns


def _labelled(prediction: Prediction) -> dict[str, object]:
    return {"label": str(prediction.label), "score": round(prediction.score, _DIGITS)}


def text_of(row: Row, text_field: str, scale: RatingScale) -> TextInput:
    """What a row gives the models.

    Raises:
        ValueError: the row cannot be read or has no text; the message says what is wrong.
    """
    if row.problem:
        raise ValueError(row.problem)
    if text_field not in row.values:
        raise ValueError(f"there is no column {text_field!r} (--text-field names another)")
    text = row.values.get(text_field)
    if text is not None and not isinstance(text, str):
        raise ValueError(f"{text_field!r} is {type(text).__name__}, not text")
    return TextInput(
        text=text or "",
        title=_said(row, "title"),
        language=_said(row, "language"),
        rating=scale.rating(row.values),
        context=_said(row, "context"),
    )


def _said(row: Row, column: str) -> str | None:
    """A column that a row may have, where it holds a text."""
    value = row.values.get(column)
    return value if isinstance(value, str) and value else None
