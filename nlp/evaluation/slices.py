"""The sections on sentiment, intents, spam and toxicity: by set, language, source and length, all systems together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from nlp.base import Intent
from nlp.evaluation.baselines import WORDS
from nlp.evaluation.data import NOT_SAID, Row
from nlp.evaluation.exams import Exam, Task, shown
from nlp.evaluation.judging import Judged, together
from nlp.evaluation.scores import above, by_label, calibration_error, classes
from nlp.evaluation.tables import (
    CALIBRATION,
    CLASS_MEASURES,
    F1,
    OURS,
    PRECISION,
    RECALL,
    Entry,
    Section,
    contest,
    of_classes,
    of_found,
)

ABOVE = f"above {WORDS}"  # a measure: by how much the macro-F1 is
BOTH_SIDES = "macro-F1 of yes and no"

Judgements: TypeAlias = Mapping[Exam, Mapping[str, Judged]]  # by exam and language

_FEW = 50  # texts below which a score says little
_FEW_LABELS = 20  # labels that hold, below which nothing can be said of finding them
_SEVERAL = 8  # languages
_BUGS_AND_WISHES = (str(Intent.BUG_REPORT), str(Intent.FEATURE_REQUEST))
_LENGTHS = ((5, "1 to 5"), (15, "6 to 15"), (40, "16 to 40"), (100, "41 to 100"))
_LONGEST = "more than 100"

_TITLES = {
    Task.SENTIMENT: "Sentiment",
    Task.INTENTS: "Intents",
    Task.SPAM: "Spam",
    Task.TOXICITY: "Toxicity",
}


def section(task: Task, judged: Judgements) -> Section:
    """Everything about one task."""
    measures = (*CLASS_MEASURES, *([CALIBRATION] if task is Task.SENTIMENT else []))
    entries, rename = _by_set(task, judged)
    parts = [f"## {_TITLES[task]}\n", contest("set", entries, measures, rename)]
    if task is Task.INTENTS:
        labels = _by_label(judged)
        parts += ["Each intent alone:\n", contest("set and intent", labels, (F1, PRECISION, RECALL))]
        entries += labels
    pooled = _pooled(task, judged)
    for title, key in _SLICES.items():
        found = _slices(f"{task} by {title}", pooled, key)
        if len({each.what for each in found}) > 1:
            parts += [f"By {title}, {_which(task)}:\n", contest(title, found, measures)]
            entries += found
    return Section("\n".join(parts), entries)


def entries_of(what: str, judged: Judged) -> list[Entry]:
    """All systems' scores on these texts; ours also says how far it is above counted words."""
    entries = [of_classes(what, name, classes(judged.truth, told)) for name, told in judged.told.items()]
    more = dict(entries[0].values)
    if WORDS in judged.told:
        more[ABOVE] = above(judged.truth, judged.told[OURS], judged.told[WORDS])
    if str(Task.SENTIMENT) in judged.doubts.stated:
        answered = judged.doubts.understood
        more[CALIBRATION] = calibration_error(
            judged.doubts.stated[str(Task.SENTIMENT)][answered], judged.right[answered]
        )
    entries[0] = Entry(what, OURS, entries[0].n, more)
    return entries


def _by_set(task: Task, judged: Judgements) -> tuple[list[Entry], Mapping[str, str]]:
    """Each set, and each of its languages where there are several; and what tables call them."""
    entries: list[Entry] = []
    rename = {}
    for exam, languages in judged.items():
        what = f"{task}: {exam.name}"
        rename[what] = shown(exam.set)
        entries += entries_of(what, together(list(languages.values())))
        if len(languages) > 1 and _is_shown_apart(languages):
            for language, part in languages.items():
                entries += entries_of(f"{what} [{language}]", part)
    return entries, rename


def _is_shown_apart(languages: Mapping[str, Judged]) -> bool:
    """Whether each language has a line of its own; in sets of many languages each has too few texts for that."""
    return len(languages) <= _SEVERAL and all(len(part.rows) >= _FEW for part in languages.values())


def _by_label(judged: Judgements) -> list[Entry]:
    """Each intent of each set; where a set labels nothing else, also how its yes and no together were told."""
    entries = []
    for exam, languages in judged.items():
        whole = together(list(languages.values()))
        for system, told in whole.told.items():
            for label, scores in zip(exam.labels, by_label(whole.truth, told), strict=True):
                entries.append(of_found(f"intent: {exam.name}: {label}", system, scores))
            if len(exam.labels) == 1:
                sides = classes(*(np.concatenate([marks, ~marks], axis=1) for marks in (whole.truth, told)))
                only = entries[-1]
                entries[-1] = replace(only, values={**only.values, BOTH_SIDES: sides.macro_f1})
    return entries


def _pooled(task: Task, judged: Judgements) -> list[Judged]:
    """All texts of a task; of intents, those of sets that label both bug reports and wishes."""
    parts = [part for languages in judged.values() for part in languages.values()]
    if task is Task.INTENTS:
        return [part.about(_BUGS_AND_WISHES) for part in parts if set(_BUGS_AND_WISHES) <= set(part.labels)]
    return parts


def _which(task: Task) -> str:
    return "sets that label both bug reports and feature requests" if task is Task.INTENTS else "all sets together"


def _slices(what: str, pooled: Sequence[Judged], key: Callable[[Row], str]) -> list[Entry]:
    """Scores of each slice with enough texts, in the order of `_order`; of a text without a key, none."""
    lots: dict[str, list[Judged]] = defaultdict(list)
    for part in pooled:
        keys = np.array([key(row) for row in part.rows], dtype=object)
        for each in set(keys) - {""}:
            lots[each].append(part.only(keys == each))
    slices = {name: part for name, parts in lots.items() if _says_something(part := together(parts))}
    return [entry for name in _order(slices) for entry in entries_of(f"{what}: {name}", slices[name])]


def _says_something(judged: Judged) -> bool:
    """Whether there are texts enough, and enough of them have a label that can be found."""
    return len(judged.rows) >= _FEW and int(judged.truth.sum()) >= _FEW_LABELS


def _order(names: Iterable[str]) -> Sequence[str]:
    """By name, lengths by length, and what is not said last."""
    lengths = [*(name for _, name in _LENGTHS), _LONGEST]
    return sorted(names, key=lambda name: (name == NOT_SAID, lengths.index(name) if name in lengths else -1, name))


def length(row: Row) -> str:
    """The bucket of a text's length in words."""
    return next((name for most, name in _LENGTHS if row.words <= most), _LONGEST)


_SLICES: Mapping[str, Callable[[Row], str]] = {
    "language": lambda row: row.language,
    "source": lambda row: row.source,
    "length in words": length,
}
