"""Results that others published on the same sets, beside ours; `published.tsv` has a line for each."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from nlp.evaluation.tables import OURS, Entry, Section, shown, table

_FROM_MEMORY = "memory"

_LEAD = """## Beside published results

Ours are on the dev split; published ones on the split that is named, which is another one, so a difference of a few
points means nothing. `~`: quoted from memory of the paper, not read again. Most of these systems were tuned on that
one set.

"""


def section(entries: Sequence[Entry]) -> Section:
    """A line for each of our measures that others published too."""
    ours = {entry.what: entry for entry in entries if entry.system == OURS}
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    with Path(__file__).with_name("published.tsv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            doubt = "~" if line["checked"] == _FROM_MEMORY else ""
            found[line["what"], line["measure"], line["split"]].append(f"{line['system']} {doubt}{line['value']}")
    lines = [
        (what, measure, shown(ours[what].values[measure]), ", ".join(results), split)
        for (what, measure, split), results in found.items()
        if what in ours and measure in ours[what].values
    ]
    if not lines:
        return Section("")
    return Section(_LEAD + table(("set", "measure", f"{OURS}, dev", "published", "on"), lines))
