"""What a run found, as entries that a program can compare and tables that people can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nlp.evaluation.scores import ClassScores, FoundScores, Value

OURS = "Earful"
NOTHING = "–"

MACRO_F1, MACRO_RECALL, ACCURACY = "macro-F1", "macro-recall", "accuracy"
PRECISION, RECALL, F1 = "precision", "recall", "F1"
CALIBRATION = "calibration error"
BY_CHANCE = "of true probabilities"  # their calibration error on as few texts
CLASS_MEASURES, FOUND_MEASURES = (MACRO_F1, MACRO_RECALL, ACCURACY), (PRECISION, RECALL, F1)


@dataclass(frozen=True, slots=True)
class Entry:
    """Measures of one system on one lot of texts. `what` and `system` together name it from run to run."""

    what: str  # such as `sentiment: umsab [de]`
    system: str
    n: int
    values: Mapping[str, Value]

    @property
    def name(self) -> str:
        """What a table calls it, under a heading that says the rest."""
        return self.what.partition(": ")[2]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: Markdown, and the entries behind it."""

    markdown: str
    entries: Sequence[Entry] = field(default=())


def of_classes(what: str, system: str, scores: ClassScores) -> Entry:
    """An entry of scores of labels."""
    values = (scores.macro_f1, scores.macro_recall, scores.accuracy)
    return Entry(what, system, scores.n, dict(zip(CLASS_MEASURES, values, strict=True)))


def of_found(what: str, system: str, scores: FoundScores) -> Entry:
    """An entry of what was found and what was missed."""
    values = (scores.precision, scores.recall, scores.f1)
    return Entry(what, system, scores.n, dict(zip(FOUND_MEASURES, values, strict=True)))


def details(first: str, entries: Iterable[Entry], measures: Sequence[str], rename: Mapping[str, str] = {}) -> str:
    """A table with a line for each entry and a column for each measure, with intervals."""
    lines = [
        (rename.get(each.what, each.name), str(each.n), *(shown(each.values.get(measure)) for measure in measures))
        for each in entries
    ]
    return table((first, "n", *measures), lines)


def contest(first: str, entries: Sequence[Entry], measures: Sequence[str], rename: Mapping[str, str] = {}) -> str:
    """A line for each lot of texts: our measures with intervals, then the first of them for every other system.

    The best of a line is bold, where there is somebody to be better than.
    """
    others = sorted({each.system for each in entries} - {OURS})
    found = {(each.what, each.system): each.values[measures[0]] for each in entries}
    lines = []
    for each in entries:
        if each.system == OURS:
            rivals = [found.get((each.what, name)) for name in others]
            best = max((value.at for value in (each.values[measures[0]], *rivals) if value), default=0.0)
            cells = [shown(each.values.get(measure)) for measure in measures]
            cells[0] = _bold(cells[0], each.values[measures[0]].at >= best and any(rivals))
            cells += [_bold(percent(value.at), value.at >= best) if value else NOTHING for value in rivals]
            lines.append((rename.get(each.what, each.name), str(each.n), *cells))
    return table((first, "n", *measures, *others), lines)


def table(columns: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are numbers."""
    rows = [columns, ("---", *["---:"] * (len(columns) - 1)), *lines]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def shown(value: Value | None) -> str:
    """A measure in hundredths with its interval, as `58.7 (56.8 to 60.6)`."""
    if value is None:
        return NOTHING
    if value.low is None or value.high is None:
        return percent(value.at)
    return f"{percent(value.at)} ({percent(value.low)} to {percent(value.high)})"


def difference(value: Value) -> str:
    """A difference of measures in points, with its sign and interval."""
    ends = "" if value.low is None or value.high is None else f" ({100 * value.low:+.1f} to {100 * value.high:+.1f})"
    return f"{100 * value.at:+.1f}{ends}"


def percent(share: float) -> str:
    """A share in hundredths."""
    return f"{100 * share:.1f}"


def _bold(cell: str, best: bool) -> str:
    return f"**{cell}**" if best else cell
