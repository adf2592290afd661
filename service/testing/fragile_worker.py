"""A worker that is killed on command: for tests of what a crash between any two steps leaves behind.

    python -m service.testing.fragile_worker DATABASE_URL

reads a word a line from standard input. For `kill` it runs a worker, in a process of its own, that is killed (SIGKILL,
so nothing can tidy up) at the first step at which none was killed before; for `kill 7`, at the seventh step that it
comes to; for `run`, one that is left alone. A worker that comes to no such step ends when no job is ready. Answers with
one line: `killed STEP`, or `done`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection

from service.jobs.app import run_worker
from service.store.database import connect
from service.testing.tools import make_tools
from service.tools import observe_nothing


def main() -> None:
    """Serve the words on standard input."""
    url = sys.argv[1]
    fork = get_context("fork")  # everything is imported once; each worker still opens its own connections and models
    died_at: set[str] = set()
    for line in sys.stdin:
        hears, tells = fork.Pipe(duplex=False)
        process = fork.Process(target=_work, args=(url, _observer(line.split(), frozenset(died_at), tells)))
        process.start()
        tells.close()
        process.join()
        step = _last_word(hears)
        died_at.add(step)
        if process.exitcode not in (0, -signal.SIGKILL):
            raise SystemExit(f"the worker ended with {process.exitcode}")
        sys.stdout.write(f"killed {step}\n" if process.exitcode else "done\n")
        sys.stdout.flush()


def _last_word(hears: Connection) -> str:
    """The step that the worker named before it was killed; empty where it ended by itself."""
    try:
        return str(hears.recv())
    except EOFError:
        return ""


def _observer(words: list[str], spared: frozenset[str], tells: Connection) -> Callable[[str], None]:
    """What a worker tells its steps to: it is the end of it, or it is not."""
    match words:
        case ["kill"]:
            return lambda step: None if step in spared else _die(step, tells)
        case ["kill", number]:
            steps = count(1)
            return lambda step: _die(step, tells) if next(steps) == int(number) else None
    return observe_nothing


def _work(url: str, observe: Callable[[str], None]) -> None:
    # What was killed before it left is looked for at once: the test's platform is never slow to show what it took.
    tools = make_tools(connect(url), environment=dict(os.environ), observe=observe, certain_after=timedelta())
    run_worker(tools, concurrency=1, until_empty=True)


def _die(step: str, tells: Connection) -> None:
    tells.send(step)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
