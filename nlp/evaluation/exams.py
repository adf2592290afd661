"""What is asked of which set: the labels that are judged, and in which of a set's own words they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from nlp.base import Intent, Sentiment
from nlp.evaluation.data import EVERY, Row, names, rows, thinned
from nlp.evaluation.scores import Marks

SENTIMENTS = (str(Sentiment.NEGATIVE), str(Sentiment.NEUTRAL), str(Sentiment.POSITIVE))


class Task(StrEnum):
    """What the models are asked about a text."""

    SENTIMENT = "sentiment"
    INTENTS = "intents"
    SPAM = "spam"
    TOXICITY = "toxicity"


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """One set, and the labels that it can judge."""

    task: Task
    set: str
    words: Mapping[str, frozenset[str]]  # our label: the set's words for it

    @property
    def labels(self) -> tuple[str, ...]:
        """Our words for what is judged, in the order of marks."""
        return tuple(self.words)

    @property
    def exclusive(self) -> bool:
        """Whether exactly one of the labels holds; intents may hold together, or not at all."""
        return self.task is not Task.INTENTS

    @property
    def name(self) -> str:
        """The set without its folder."""
        return self.set.split("/")[1]

    def truth(self, labelled: Sequence[Row]) -> Marks:
        """What holds for each row."""
        marks = [[bool(row.labels & words) for words in self.words.values()] for row in labelled]
        return np.array(marks, np.bool_).reshape(len(labelled), len(self.words))

    def rows(self, data: Path, split: str, most: int = EVERY) -> list[Row]:
        """The rows that have an answer to the question."""
        found = rows(data, self.set, split=split)
        if self.exclusive:
            found = [row for row, marks in zip(found, self.truth(found), strict=True) if marks.sum() == 1]
        return thinned(found, most)


def exams(data: Path, task: Task) -> list[Exam]:
    """The exams of a task whose sets are in the folder."""
    if task is Task.SENTIMENT:
        found = [*names(data, "sentiment"), *(name for name in names(data, "topic") if "m_absa" in name)]
        return [Exam(task, name, {label: frozenset({label}) for label in SENTIMENTS}) for name in found]
    return [
        Exam(task, name, {label: frozenset(words) for label, words in asked.items()})
        for name, asked in _ASKED[task].items()
        if (data / f"{name}.dev.jsonl.gz").is_file()
    ]


_BUGS_AND_WISHES: Mapping[str, set[str]] = {
    str(Intent.BUG_REPORT): {"bug_report", "problem_report"},
    str(Intent.FEATURE_REQUEST): {"feature_request"},
}
_ASKED: Mapping[Task, Mapping[str, Mapping[str, set[str]]]] = {
    Task.INTENTS: {
        "intent/maalej2016": _BUGS_AND_WISHES,
        "intent/gplay_student": _BUGS_AND_WISHES,
        "intent/minibar": _BUGS_AND_WISHES,
        "intent/apia2022_fr": _BUGS_AND_WISHES,
        "intent/nlbse24_issues": {**_BUGS_AND_WISHES, str(Intent.QUESTION): {"question"}},
        "intent/semeval19_suggestion_a": {str(Intent.FEATURE_REQUEST): {"suggestion", "feature_request"}},
        "intent/complaints_twitter": {str(Intent.COMPLAINT): {"complaint"}},
    },
    Task.SPAM: {"spam/sms_spam": {"ham": {"ham"}, "spam": {"spam"}}},
    Task.TOXICITY: {
        "other/tweeteval_offensive": {"not offensive": {"not_offensive"}, "offensive": {"offensive"}},
    },
}

_NOT_USED = frozenset(
    f"sentiment/{name}"
    for name in ("danish_social", "germeval17", "jrte_pn", "laroseda", "norec_sentence", "parsinlu", "semeval16_rest")
) | {"intent/semeval19_suggestion_a", "topic/m_absa_restaurant"}


def shown(name: str) -> str:
    """A set's name in tables, with a mark where nothing of it was used to make the models."""
    return f"{name.split('/')[1]}{' *(not used)*' if name in _NOT_USED else ''}"
