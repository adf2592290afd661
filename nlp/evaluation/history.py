"""The last run's scores in a file, and what has moved since."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.base import NlpError
from nlp.evaluation.scores import Value
from nlp.evaluation.tables import OURS, Entry, Section, difference, shown, table

_LAYOUT = 1
_SEEN = 0.0005  # what a report shows as 0.0 points has not moved


class LastRunBroken(NlpError):
    """The file of the last run cannot be read; says which and why."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run found."""

    version: str  # of the models
    entries: Sequence[Entry]


def write(path: Path, run: Run) -> None:
    """Keep the scores, and nothing else, for the next run."""
    entries = [
        {
            "what": each.what,
            "system": each.system,
            "n": each.n,
            "values": {k: _listed(v) for k, v in each.values.items()},
        }
        for each in run.entries
    ]
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)  # one a line, for diffs
    head = json.dumps({"layout": _LAYOUT, "version": run.version})[:-1]
    path.write_text(f'{head}, "entries": [\n{lines}\n]}}\n', encoding="utf-8")


def read(path: Path) -> Run | None:
    """The run that a file holds; None where there is no file.

    Raises:
        LastRunBroken: the file is of another layout, or is no such file.
    """
    if not path.is_file():
        return None
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["layout"] != _LAYOUT:
            raise ValueError(f"it has layout {kept['layout']}, this version reads {_LAYOUT}")
        entries = [
            Entry(each["what"], each["system"], each["n"], {k: Value(*v) for k, v in each["values"].items()})
            for each in kept["entries"]
        ]
        return Run(str(kept["version"]), entries)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LastRunBroken(f"{path} cannot be compared with: {error}. Remove it, or name another: --last.") from error


def section(last: Run | None, now: Run) -> Section:
    """What moved by more than chance would move it."""
    if last is None:
        return Section("")
    before = {(entry.what, entry.system): entry for entry in last.entries}
    pairs = [(before[entry.what, entry.system], entry) for entry in now.entries if (entry.what, entry.system) in before]
    same = [(old, new) for old, new in pairs if old.n == new.n]
    moved = [each for old, new in same for each in _moved(old, new)]
    lead = (
        f"## Since the last report\n\nThe last report was about models `{last.version}`. "
        f"{len(same)} of its {len(last.entries)} lots of scores are on as many texts now as then. "
    )
    if not moved:
        return Section(lead + "No measure moved out of its interval.\n")
    lines = [
        (f"{each.what}{'' if each.system == OURS else f' ({each.system})'}", each.measure, shown(each.old),
         shown(each.new), difference(Value(each.new.at - each.old.at)))
        for each in sorted(moved, key=lambda each: each.new.at - each.old.at)
    ]  # fmt: skip
    told = "These measures moved by so much that neither value lies in the other's interval:\n\n"
    return Section(lead + told + table(("what", "measure", "then", "now", "moved"), lines))


@dataclass(frozen=True, slots=True)
class _Move:
    what: str
    system: str
    measure: str
    old: Value
    new: Value


def _moved(old: Entry, new: Entry) -> Iterator[_Move]:
    for measure, value in new.values.items():
        then = old.values.get(measure)
        if then is None or abs(value.at - then.at) < _SEEN:
            continue
        if not _within(value.at, then) and not _within(then.at, value):
            yield _Move(new.what, new.system, measure, then, value)


def _within(at: float, value: Value) -> bool:
    """A value without an interval never counts as moved: nobody can say."""
    return value.low is None or value.high is None or value.low <= at <= value.high


def _listed(value: Value) -> Sequence[float | None]:
    return [None if each is None else round(each, 5) for each in (value.at, value.low, value.high)]
