"""Runs one crawl in a process of its own and reads its lines. Scrapy and Twisted are never imported on this side."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from pydantic import TypeAdapter, ValidationError

from collectors.base import SourceBusy
from collectors.net import Net
from collectors.product_pages.orders import AnyLine, DoneLine, Line, Order, RestLine, Turn, TurnLine

_LINE: TypeAdapter[AnyLine] = TypeAdapter(AnyLine)
# What the process may know of our surroundings: no credentials, which live in other variables.
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "SSL_CERT_FILE", "SSL_CERT_DIR", "TZ")
_PATIENCE = 60.0  # seconds that a crawl waits for a turn; the longest delay that can be set
_GRACE = _PATIENCE + 30.0  # seconds that a crawl has to end by itself after its own time limit
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]


def crawl(order: Order, net: Net, *, grace: float = _GRACE) -> Iterator[Line]:
    """Yield the crawl's lines as they come; the last is its `DoneLine`. Leaving early kills the process.

    The crawl takes its turns at `net`, and what servers say of waiting is told there.

    Raises SourceBusy where it ended without one: killed at its deadline, or broken by a page.
    """
    with tempfile.TemporaryFile() as errors, _started(errors) as process:
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        alarm = threading.Timer(order.seconds + grace, stop)
        alarm.daemon = True
        alarm.start()
        try:
            done = yield from _talk(process, order, net)
            if not done:
                process.wait()
                raise SourceBusy(_ending(order, process.returncode, errors, late=late.is_set()))
        finally:
            alarm.cancel()
            process.kill()


def _started(errors: IO[bytes]) -> subprocess.Popen[bytes]:
    surroundings = {name: value for name in _PASSED_ON if (value := os.environ.get(name)) is not None}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "collectors.product_pages.crawl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env={**surroundings, "PYTHONPATH": str(_PACKAGE_ROOT), "PYTHONUTF8": "1"},
    )


def _talk(process: subprocess.Popen[bytes], order: Order, net: Net) -> Generator[Line, None, bool]:
    """Give the order, answer for turns and pass the other lines on; returns whether the last one came."""
    if process.stdin is None or process.stdout is None:
        raise AssertionError("the process was started with pipes")
    if not _say(process.stdin, order):
        return False
    for text in process.stdout:
        try:
            line = _LINE.validate_json(text)
        except ValidationError:
            return False  # cut off in the middle of a line
        if isinstance(line, TurnLine):
            wait = net.book(line.url, patience=_PATIENCE, apart=line.apart)
            if not _say(process.stdin, Turn(wait=wait, taken=wait <= _PATIENCE)):
                return False
        elif isinstance(line, RestLine):
            net.rest(line.url, line.seconds)
        else:
            yield line
            if isinstance(line, DoneLine):
                return True
    return False


def _say(to: IO[bytes], what: Order | Turn) -> bool:
    """Write a line; returns False where the process has ended, which it explains in what it printed."""
    try:
        to.write(what.model_dump_json().encode() + b"\n")
        to.flush()
    except BrokenPipeError:
        with suppress(BrokenPipeError):
            to.close()
        return False
    return True


def _ending(order: Order, code: int, errors: IO[bytes], *, late: bool) -> str:
    if late:
        return f"The crawl of {order.start[0]} took longer than {order.seconds:g} seconds and was stopped."
    errors.seek(0, os.SEEK_END)
    errors.seek(max(0, errors.tell() - 4000))
    lines = [line for line in errors.read().decode("utf-8", "replace").splitlines() if line.strip()]
    last = lines[-1].strip()[:200] if lines else "it said nothing"
    return f"The crawling process ended before it was done (exit code {code}): {last}"
