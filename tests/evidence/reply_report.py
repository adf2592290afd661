"""Writes docs/replies.md: what replies went through, and what held.

python -m tests.evidence.reply_report --seeds 10000
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path

from integrations.replies import Shown
from service.testing import postgres
from service.testing.tools import make_tools
from tests.evidence.interleavings import STEPS, run
from tests.evidence.model_platform import LATEST

PAGE = Path(__file__).resolve().parents[2] / "docs" / "replies.md"
BELIEVES = Shown().within_seconds  # what the model is given, as a platform that names no time
_AT_ONCE = 50  # seeds in one database

_TEXT = """# How replies were tried

Written by `make interleavings`; `make interleavings SEEDS=10000` tries more.

A reply that is doubled is seen by everybody, one that is lost by nobody of us. So replies are run through random
interleavings: four colleagues write, publish, approve, take back, change and take down, some with a double click; jobs
run now or late; workers are killed between any two steps, and people act there too; the author edits or deletes the
post, others answer, a colleague answers by hand. The platform is a model that knows no keys: it loses requests, does
them and loses the answer, does them late and shows them late (together up to {latest:g} seconds), refuses, and asks to
wait. All else is real: actions, rules, the worker's stage, PostgreSQL. A platform that is slower still could be told a
reply twice: Earful believes after {believes:g} seconds that what it cannot find did not arrive.

Each of **{seeds:,}** runs took {steps} steps, and then everything came to rest. In the end, in all of them:

- no reply was put there twice, and no two of ours stood below one post;
- every reply that we hold as sent stood there in these words, and nothing stood there that we do not hold;
- nothing was left on its way, and what failed or waits for a person says why and what to do;
- no words left that nobody had let, that a second person should have approved, or that hold what is internal;
- none left to a post that its writer had not seen as it stood at the last look.

That the model finds what is wrong is tried too: an outbox that believes at once that a reply is not there is caught.

| What was met | Times |
| --- | --- |
{rows}
"""


def main() -> None:
    """Live through the seeds, on as many processes as there are jobs, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many runs")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="earful-interleavings-") as folder:
        Path(folder).chmod(0o755)  # the server runs as a user of its own
        with postgres.server(Path(folder) / "postgres") as url:
            met = _all(url, chosen.seeds, chosen.jobs)
    PAGE.write_text(page(met, chosen.seeds), encoding="utf-8")


def page(met: Counter[str], seeds: int) -> str:
    """The page."""
    rows = "\n".join(f"| {name.replace(':', ',')} | {number:,} |" for name, number in sorted(met.items()))
    return _TEXT.format(seeds=seeds, steps=STEPS, latest=LATEST, believes=BELIEVES, rows=rows)


def _all(url: str, seeds: int, jobs: int) -> Counter[str]:
    met = Counter[str]()
    with get_context("spawn").Pool(jobs) as pool:
        for some in pool.imap_unordered(_some, [(url, part) for part in _parts(seeds)]):
            met += some
    return met


def _parts(seeds: int) -> Iterator[Sequence[int]]:
    for start in range(0, seeds, _AT_ONCE):
        yield range(start, min(start + _AT_ONCE, seeds))


def _some(given: tuple[str, Sequence[int]]) -> Counter[str]:
    url, seeds = given
    with postgres.database(url) as engine:
        return run(make_tools(engine), seeds)


if __name__ == "__main__":
    main()
