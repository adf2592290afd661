"""A worker that is killed on command: for tests of what a crash between any two steps leaves behind.

    python -m service.testing.fragile_worker DATABASE_URL

reads one number a line from standard input. For each it runs a worker, in a process of its own, until no job is ready,
or until that process has come to its N-th step: there it is killed (SIGKILL, so nothing can tidy up). Answers with one
line: `killed STEP`, or `done`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection

from service.jobs.app import run_worker
from service.store.database import connect
from service.testing.tools import make_tools


def main() -> None:
    """Serve the numbers on standard input."""
    url = sys.argv[1]
    fork = get_context("fork")  # everything is imported once; each worker still opens its own connections and models
    for line in sys.stdin:
        hears, tells = fork.Pipe(duplex=False)
        process = fork.Process(target=_work, args=(url, int(line), tells))
        process.start()
        tells.close()
        process.join()
        step = hears.recv() if hears.poll() else ""
        if process.exitcode not in (0, -signal.SIGKILL):
            raise SystemExit(f"the worker ended with {process.exitcode}")
        sys.stdout.write(f"killed {step}\n" if process.exitcode else "done\n")
        sys.stdout.flush()


def _work(url: str, kill_at: int, tells: Connection) -> None:
    tools = make_tools(connect(url), environment=dict(os.environ), observe=_killer(kill_at, tells))
    run_worker(tools, concurrency=1, until_empty=True)


def _killer(kill_at: int, tells: Connection) -> Callable[[str], None]:
    steps = iter(range(1, kill_at + 1))

    def observe(step: str) -> None:
        if next(steps, None) == kill_at:
            tells.send(step)
            os.kill(os.getpid(), signal.SIGKILL)

    return observe


if __name__ == "__main__":
    main()
