"""Writes docs/collectors.md: how much each kind of source was tried, and on what."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from collectors import registry
from collectors.base import PostUnreadable
from tests.evidence import faults, fuzz
from tests.evidence.documents import READ
from tests.evidence.recordings import RECORDED, read
from tests.recorded.cases import case_of, listening

PAGE = Path(__file__).resolve().parents[2] / "docs" / "collectors.md"
_AFTER = (0, 1)  # answers before the fault


@dataclass(frozen=True)
class Row:
    """What was tried on one kind."""

    kind: str
    files: int
    read: str
    faults: str
    cases: int
    runs: int
    documents: int
    broken: int

    def __str__(self) -> str:
        lacking = RECORDED[self.kind].lacking
        cells = (
            f"`{self.kind}`",
            self.files or "–",
            self.read,
            self.faults,
            f"{self.cases:,}",
            self.runs or "–",
            f"{self.documents:,}" if self.documents else "–",
        )
        return f"| {' | '.join(map(str, cells))} | {self.broken} | {lacking} |"


def row(kind: str, folder: Path, payloads: Path, cases: int, answers: int) -> Row:
    """Try one kind."""
    recorded = read(kind, payloads)
    with listening(kind, case_of(kind, folder), "http://127.0.0.1:9") as collector:
        posts = 0
        for raw in recorded.raws:
            try:
                collector.parse(raw)
            except PostUnreadable:
                continue
            posts += 1
    tried = fuzz.try_parser(kind, cases, payloads=payloads)
    if kind not in fuzz.NO_ANSWERS:
        fuzz.try_answers(tried, answers)
    if kind in READ:
        fuzz.try_documents(tried, cases, payloads=payloads)
    return Row(
        kind,
        recorded.files,
        f"{posts:,} of {len(recorded.raws):,}" if recorded.raws else "–",
        _faults(kind),
        tried.cases,
        tried.answers,
        tried.documents,
        tried.count_broken,
    )


def _faults(kind: str) -> str:
    if kind in fuzz.NO_ANSWERS - {"feed"}:
        return "own tests"
    met = [(fault, after) for after in _AFTER for fault in faults.FAULTS]
    failed = [
        f"{fault} later" if after else fault for fault, after in met if not faults.survives(kind, fault, after=after)
    ]
    return f"{len(met) - len(failed)} of {len(met)}" + (f" (not: {', '.join(failed)})" if failed else "")


def page(rows: Iterator[Row]) -> str:
    """The page."""
    return _PAGE.format(faults=", ".join(faults.FAULTS), number=len(faults.FAULTS), rows="\n".join(map(str, rows)))


_PAGE = """# How the collectors were tried

Written by `make evidence`; `make fuzz CASES=100000` tries more.

- **Recordings** are answers that platforms really sent. They are kept outside this repository. **Posts read** says how
  many objects in them look like a post, and how many became one; the others were set aside with a reason.
- **Faults**: {faults}.
  Each of these {number} was met at once, and after a good answer. The run has to end in order, and the next ones have
  to bring every post.
- **Payloads** are real and made-up ones, changed at random. The parser has to make a post that can be stored,
  or say that it cannot. **Runs** are whole runs in which half the answers were changed.
  **Documents** are feeds, pages and letters whose bytes, encodings and entities were. **Broke** counts all three.

| Kind | Recordings | Posts read | Faults survived | Payloads | Runs | Documents | Broke | No recording of |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
{rows}
"""


def main() -> None:
    """Try every kind, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payloads", type=Path, default=fuzz.PAYLOADS, help="the folder of recordings")
    parser.add_argument("--cases", type=int, default=5_000, help="damaged payloads for each kind")
    parser.add_argument("--answers", type=int, default=50, help="runs with damaged answers for each kind")
    chosen = parser.parse_args()
    if not chosen.payloads.is_dir():
        parser.error(f"there are no recordings in {chosen.payloads}")
    with fuzz.scratch() as folder:
        rows = (row(kind, folder, chosen.payloads, chosen.cases, chosen.answers) for kind in registry.kinds())
        PAGE.write_text(page(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
