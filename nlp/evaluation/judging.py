"""Puts one exam to the shipped models and to the baselines, and keeps every answer beside the truth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlp.evaluation.answers import Doubts, answer
from nlp.evaluation.baselines import Baseline, Contender
from nlp.evaluation.data import Row, thinned
from nlp.evaluation.exams import Exam
from nlp.evaluation.scores import Flags, Marks
from nlp.evaluation.tables import OURS
from nlp.runtime import Understanding

_FEW = 50  # training texts of a language below which a baseline learns from all languages of the set


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Texts of one or several exams with the same labels, what is true of them, and what each system told."""

    labels: tuple[str, ...]
    rows: Sequence[Row]
    truth: Marks
    told: Mapping[str, Marks]  # by system, ours first
    doubts: Doubts  # ours

    def only(self, keep: Flags) -> Judged:
        """Some of the texts."""
        rows = [row for row, kept in zip(self.rows, keep, strict=True) if kept]
        told = {system: marks[keep] for system, marks in self.told.items()}
        return Judged(self.labels, rows, self.truth[keep], told, self.doubts.only(keep))

    def about(self, labels: Sequence[str]) -> Judged:
        """Some of the labels, where these do not exclude each other."""
        columns = [self.labels.index(label) for label in labels]
        told = {system: marks[:, columns] for system, marks in self.told.items()}
        return Judged(tuple(labels), self.rows, self.truth[:, columns], told, self.doubts.about(labels))

    @property
    def right(self) -> Flags:
        """Whether all that we told of a text is so."""
        right: Flags = (self.truth == self.told[OURS]).all(axis=1)
        return right


def together(parts: Sequence[Judged]) -> Judged:
    """Several that have the same labels; of the systems, those that answered everywhere."""
    systems = [name for name in parts[0].told if all(name in part.told for part in parts)]
    return Judged(
        parts[0].labels,
        [row for part in parts for row in part.rows],
        np.concatenate([part.truth for part in parts]),
        {name: np.concatenate([part.told[name] for part in parts]) for name in systems},
        Doubts.together([part.doubts for part in parts]),
    )


def judge(
    models: Understanding, exam: Exam, data: Path, most: int, baselines: Sequence[Contender]
) -> dict[str, Judged]:
    """The exam by language, on at most `most` texts of the set in all; empty where the set has none."""
    held_out = _by_language(exam.rows(data, "dev", most))
    training = exam.rows(data, "train") if baselines else []
    told: dict[str, dict[str, Marks]] = {language: {} for language in held_out}
    for contender in baselines:
        _contend(contender, exam, training, held_out, told)
    judged = {}
    for language, labelled in held_out.items():
        ours, doubts = answer(models, exam, [row.text for row in labelled])
        truth = exam.truth(labelled)
        judged[language] = Judged(exam.labels, labelled, truth, {OURS: ours, **told[language]}, doubts)
    return judged


def _contend(
    contender: Contender,
    exam: Exam,
    training: Sequence[Row],
    held_out: Mapping[str, Sequence[Row]],
    told: Mapping[str, dict[str, Marks]],
) -> None:
    """Fit a baseline for each language, or once for all of those that have too few texts, and note what it tells."""
    languages = [language for language in held_out if contender.takes(exam, language)]
    suited = thinned([row for row in training if contender.takes(exam, row.language)], contender.most)
    own = {language: rows for language, rows in _by_language(suited).items() if len(rows) >= _FEW}
    whole = _fitted(contender, exam, suited) if set(languages) - set(own) else None
    for language in languages:
        fitted = _fitted(contender, exam, own[language]) if language in own else whole
        if fitted is not None:
            told[language][contender.name] = fitted.predict([row.whole for row in held_out[language]])


def _fitted(contender: Contender, exam: Exam, training: Sequence[Row]) -> Baseline | None:
    """The baseline, ready to tell; None where it would learn something and there is nothing to learn from."""
    if contender.most and not training:
        return None
    baseline = contender.make(exam)
    baseline.fit([row.whole for row in training], exam.truth(training))
    return baseline


def _by_language(labelled: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in labelled:
        found[row.language].append(row)
    return dict(sorted(found.items()))
