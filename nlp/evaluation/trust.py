"""How far the models' own doubts can be trusted: calibration, guesses, the surest answers, and what is refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from nlp.base import Intent, Vector
from nlp.evaluation.exams import Task
from nlp.evaluation.judging import Judged, together
from nlp.evaluation.scores import Flags, Value, calibration_error, calibration_error_by_chance, share
from nlp.evaluation.slices import Judgements
from nlp.evaluation.tables import ACCURACY, BY_CHANCE, CALIBRATION, OURS, Entry, Section, details, shown, table

_COVERAGES = (1.0, 0.9, 0.8, 0.7, 0.5)
_REFUSED_OFTEN = 0.02  # share of a language's texts from which it is named
_FEW = 50  # texts below which a share says little
_SHARE, _REFUSED_SHARE = "share of the answers", "refused"

_CALIBRATION = """### Calibration

The expected calibration error in points: how far a stated probability is from the share that came true, by tenths. Of
sentiment it is the probability of the answer, of everything else the probability that it holds. The last column is what
the same probabilities would show on as many texts if each of them were true: what lies above it is ours.
{unjudged}
"""
_GUESSES = """### Guesses

An answer is right where everything that is told of a text is so. `unsure` in a reading marks guesses.
"""
_SUREST = """### The surest answers

How many answers are right where only the surest share of them is kept, of the texts that are understood.
"""
_REFUSED = """### Not understood

Refused texts count as wrong in all tables of labels. Languages of which more than {often:.0%} of the texts are refused,
and how many of the answered rest are right:
"""


def section(judged: Mapping[Task, Judgements]) -> Section:
    """Everything about doubts, over all sets of each task."""
    lots = {task: [part for parts in found.values() for part in parts.values()] for task, found in judged.items()}
    calibration = _calibration(lots)
    guesses, surest = _guesses(lots), _surest(lots)
    refused = _refused(lots)
    unjudged = [intent.replace("_", " ") for intent in Intent if f"calibration: {intent}" not in _names(calibration)]
    nobody = f"No set labels {', '.join(unjudged)}." if unjudged and Task.INTENTS in lots else ""
    markdown = [
        "## What the models say of themselves\n",
        _CALIBRATION.format(unjudged=nobody),
        details("answer", calibration, [CALIBRATION, BY_CHANCE]),
    ]
    if guesses:
        markdown += [_GUESSES, details("answers", guesses, [_SHARE, ACCURACY])]
    markdown += [_SUREST, _coverage_table(surest)]
    if refused:
        markdown += [_REFUSED.format(often=_REFUSED_OFTEN), details("language", refused, [_REFUSED_SHARE, ACCURACY])]
    return Section("\n".join(markdown), [*calibration, *guesses, *surest, *refused])


def _calibration(lots: Mapping[Task, Sequence[Judged]]) -> list[Entry]:
    """Each answer with a probability, over all sets that can judge it."""
    stated: dict[str, list[tuple[Vector, Flags]]] = defaultdict(list)
    for parts in lots.values():
        for part in parts:
            kept = part.only(part.doubts.understood)
            for name, chances in kept.doubts.stated.items():
                true = kept.truth[:, part.labels.index(name)] if name in part.labels else kept.right
                stated[name].append((chances, true))
    entries = []
    for name, pairs in stated.items():
        chances, true = (np.concatenate(each) for each in zip(*pairs, strict=True))
        values = {CALIBRATION: calibration_error(chances, true), BY_CHANCE: calibration_error_by_chance(chances)}
        entries.append(Entry(f"calibration: {name}", OURS, len(true), values))
    return entries


def _guesses(lots: Mapping[Task, Sequence[Judged]]) -> list[Entry]:
    """Sure answers beside unsure ones, of the tasks that say which is which."""
    entries = []
    for task in (Task.SENTIMENT, Task.INTENTS):
        answered = [(part.right, part.doubts.unsure) for part in map(_answered, lots.get(task, ()))]
        if not answered:
            continue
        right, unsure = (np.concatenate(each) for each in zip(*answered, strict=True))
        for name, which in (("sure", ~unsure), ("unsure", unsure)):
            values = {_SHARE: share(int(which.sum()), len(which)), ACCURACY: _right(right[which])}
            entries.append(Entry(f"guesses: {task}, {name}", OURS, int(which.sum()), values))
    return entries


def _surest(lots: Mapping[Task, Sequence[Judged]]) -> list[Entry]:
    entries = []
    for task, parts in lots.items():
        kept = [_answered(part) for part in parts]
        right = np.concatenate([part.right for part in kept])
        order = np.argsort(-np.concatenate([part.doubts.sureness for part in kept]), kind="stable")
        for coverage in _COVERAGES:
            chosen = right[order[: round(coverage * len(order))]]
            entries.append(Entry(f"coverage: {task}, {coverage:.0%}", OURS, len(chosen), {ACCURACY: _right(chosen)}))
    return entries


def _coverage_table(entries: Sequence[Entry]) -> str:
    """Tasks as lines, coverages as columns."""
    lines: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        lines[entry.name.partition(", ")[0]].append(shown(entry.values[ACCURACY]))
    columns = ("answers", *(f"{coverage:.0%}" for coverage in _COVERAGES))
    return table(columns, [(name, *cells) for name, cells in lines.items()])


def _refused(lots: Mapping[Task, Sequence[Judged]]) -> list[Entry]:
    """The share of sentiment's texts that are refused: of all, and of the languages where that happens often."""
    parts = lots.get(Task.SENTIMENT, ())
    if not parts:
        return []
    whole = together(parts)
    languages = np.array([row.language for row in whole.rows], dtype=object)
    entries = [_refused_of("all", whole)]
    for language in sorted(set(languages)):
        entry = _refused_of(language, whole.only(languages == language))
        if entry.n >= _FEW and entry.values[_REFUSED_SHARE].at > _REFUSED_OFTEN:
            entries.append(entry)
    return entries


def _refused_of(name: str, judged: Judged) -> Entry:
    understood = judged.doubts.understood
    values = {
        _REFUSED_SHARE: share(int((~understood).sum()), len(understood)),
        ACCURACY: _right(judged.right[understood]),
    }
    return Entry(f"refused: {name}", OURS, len(understood), values)


def _answered(judged: Judged) -> Judged:
    return judged.only(judged.doubts.understood)


def _right(right: Flags) -> Value:
    return share(int(right.sum()), len(right))


def _names(entries: Sequence[Entry]) -> set[str]:
    return {entry.what for entry in entries}
