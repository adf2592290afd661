"""The report in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from nlp.evaluation import heads, languages, vectors
from nlp.evaluation.scores import ClassScores, FoundScores
from nlp.runtime import Understanding

_INTRODUCTION = """# How well the shipped models do

Written by `python -m nlp.evaluation --data ../shared/data --output docs/models/evaluation.md`.
Model version `{version}`.

Every text here was held out from fitting the networks. The dev splits of the sets named in the
[model card](card.md) did set the temperature and the thresholds of the heads, and the settings of topics and grouping
were chosen on some of the sets below. The sets marked *not used* gave nothing at all. Ratings and languages beside a
text were not shown to the models. Averages are plain means over the classes that a set has; a `mixed` answer and a
refusal count as wrong.
"""


def report(models: Understanding, data: Path) -> str:
    """Judge everything and put it in words and tables."""
    parts = [_INTRODUCTION.format(version=models.model_version)]
    parts += [_sentiment(models, data), _intents(models, data), languages.section(data)]
    parts += [_topics(models, data), _grouping(models, data), _translations(models, data)]
    return "\n".join(parts)


_NOT_USED = frozenset(
    f"sentiment/{name}"
    for name in ("danish_social", "germeval17", "jrte_pn", "laroseda", "norec_sentence", "parsinlu", "semeval16_rest")
) | {"intent/semeval19_suggestion_a", "topic/m_absa_restaurant"}


def _name(name: str) -> str:
    return f"{name.split('/')[1]}{' *(not used)*' if name in _NOT_USED else ''}"


def _sentiment(models: Understanding, data: Path) -> str:
    found = heads.sentiment(models, data)
    columns = ("n", "macro-F1", "macro-recall", "accuracy")

    def lines(scores: Iterable[tuple[str, ClassScores]]) -> list[tuple[str, ...]]:
        return [(name, str(s.n), _p(s.macro_f1), _p(s.macro_recall), _p(s.accuracy)) for name, s in scores]

    lead = (
        f"Refused: {_p(found.refused)} % of the texts. Calibration error of the rest: {_p(found.calibration)} points.\n"
    )
    by_set = _table(("set", *columns), lines((_name(name), s) for name, s in found.by_set.items()))
    by_language = _table(("language", *columns), lines(found.by_language.items()))
    return "\n".join(("## Sentiment\n", lead, by_set, "By language, all sets together:\n", by_language))


def _intents(models: Understanding, data: Path) -> str:
    found = [(f"{_name(name)}: {intent}", s) for (name, intent), s in heads.intents(models, data).items()]
    found.append(("sms_spam: spam", heads.spam(models, data)))
    columns = ("set and intent", "n", "positives", "precision", "recall", "F1")
    return "## Intents and spam\n\n" + _table(columns, [_found_line(name, s) for name, s in found])


def _topics(models: Understanding, data: Path) -> str:
    found = vectors.topics(models, data)
    columns = ("taxonomy", "pairs", "positives", "precision", "recall", "F1")
    lines = [_found_line(f"{_name(name)}, {count} examples a topic", s) for (name, count), s in found.items()]
    return "## Topics\n\nOver all pairs of a text and a topic.\n\n" + _table(columns, lines)


def _grouping(models: Understanding, data: Path) -> str:
    found = vectors.grouping(models, data)
    columns = ("set", "texts", "pairs of one cluster", "precision", "recall", "F1", "texts placed")
    lines = [(*_found_line(_name(name), s), f"{_p(placed)} %") for name, (s, placed) in found.items()]
    return "## Grouping\n\nOver all pairs of texts; all texts of one day.\n\n" + _table(columns, lines)


def _translations(models: Understanding, data: Path) -> str:
    found = vectors.translations(models, data)
    columns = ("language", "translation found")
    lines = [(language, f"{_p(share)} %") for language, share in found.items()]
    return (
        "## One space for all languages\n\nHow often the nearest of up to 300 English sentences is the translation; "
        "app texts and everyday sentences.\n\n" + _table(columns, lines)
    )


def _found_line(name: str, s: FoundScores) -> tuple[str, ...]:
    return name, str(s.n), str(s.positives), _p(s.precision), _p(s.recall), _p(s.f1)


def _table(columns: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [columns, ("---", *["---:"] * (len(columns) - 1)), *lines]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _p(share: float) -> str:
    """A share in hundredths."""
    return f"{100 * share:.1f}"
