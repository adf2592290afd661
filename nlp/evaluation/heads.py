"""Sentiment, intents and spam on every set that labels them. Ratings and languages beside a text are not shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nlp.base import Intent, Reading, Sentiment
from nlp.evaluation.data import Row, names, rows
from nlp.evaluation.scores import ClassScores, FoundScores, calibration_error, classes, found
from nlp.runtime import Understanding

_MOST = 3000  # rows of one set
_SIDES = {str(each) for each in (Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE)}
_FEW = 50  # texts of a language below which its score says little

_INTENT_SETS: dict[str, dict[str, frozenset[str]]] = {
    "intent/maalej2016": {
        Intent.BUG_REPORT: frozenset({"bug_report"}),
        Intent.FEATURE_REQUEST: frozenset({"feature_request"}),
    },
    "intent/gplay_student": {
        Intent.BUG_REPORT: frozenset({"bug_report"}),
        Intent.FEATURE_REQUEST: frozenset({"feature_request"}),
    },
    "intent/minibar": {
        Intent.BUG_REPORT: frozenset({"problem_report"}),
        Intent.FEATURE_REQUEST: frozenset({"feature_request"}),
    },
    "intent/apia2022_fr": {
        Intent.BUG_REPORT: frozenset({"bug_report"}),
        Intent.FEATURE_REQUEST: frozenset({"feature_request"}),
    },
    "intent/nlbse24_issues": {
        Intent.BUG_REPORT: frozenset({"bug_report"}),
        Intent.FEATURE_REQUEST: frozenset({"feature_request"}),
        Intent.QUESTION: frozenset({"question"}),
    },
    "intent/semeval19_suggestion_a": {Intent.FEATURE_REQUEST: frozenset({"suggestion", "feature_request"})},
    "intent/complaints_twitter": {Intent.COMPLAINT: frozenset({"complaint"})},
}


@dataclass(slots=True)
class SentimentReport:
    """Scores by set and by language, and how far the stated probabilities are off."""

    by_set: dict[str, ClassScores] = field(default_factory=dict)
    by_language: dict[str, ClassScores] = field(default_factory=dict)
    calibration: float = 0.0
    refused: float = 0.0


def sentiment(models: Understanding, data: Path) -> SentimentReport:
    """Judge sentiment on every set of three (or two) classes."""
    report = SentimentReport()
    every: list[tuple[Row, Reading]] = []
    for name in (*names(data, "sentiment"), *(each for each in names(data, "topic") if "m_absa" in each)):
        labelled = [row for row in rows(data, name, most=_MOST) if row.labels <= _SIDES and len(row.labels) == 1]
        readings = models.read([row.text for row in labelled])
        if labelled:
            report.by_set[name] = _scores(labelled, readings)
        every += zip(labelled, readings, strict=True)
    by_language: dict[str, list[tuple[Row, Reading]]] = defaultdict(list)
    for row, reading in every:
        by_language[row.language].append((row, reading))
    for language, pairs in sorted(by_language.items()):
        if len(pairs) >= _FEW:
            report.by_language[language] = _scores([row for row, _ in pairs], [reading for _, reading in pairs])
    told = [(row, reading.sentiment) for row, reading in every if reading.sentiment]
    report.calibration = calibration_error(
        [each.score for _, each in told], [each.label in row.labels for row, each in told]
    )
    report.refused = 1 - len(told) / max(len(every), 1)
    return report


def intents(models: Understanding, data: Path) -> dict[tuple[str, str], FoundScores]:
    """Judge each intent on each set that labels it."""
    scores = {}
    for name, wanted in _INTENT_SETS.items():
        labelled = rows(data, name, most=_MOST)
        readings = models.read([row.text for row in labelled])
        for intent, labels in wanted.items():
            told = [any(each.label == intent for each in reading.intents) for reading in readings]
            scores[name, str(intent)] = found([bool(row.labels & labels) for row in labelled], told)
    return scores


def spam(models: Understanding, data: Path) -> FoundScores:
    """Judge spam on text messages."""
    labelled = rows(data, "spam/sms_spam")
    readings = models.read([row.text for row in labelled])
    return found(["spam" in row.labels for row in labelled], [reading.spam >= 0.5 for reading in readings])


def _scores(labelled: Sequence[Row], readings: Sequence[Reading]) -> ClassScores:
    told = [str(reading.sentiment.label) if reading.sentiment else "refused" for reading in readings]
    return classes([next(iter(row.labels)) for row in labelled], told)
