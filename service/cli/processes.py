"""A handful of child processes that live and end together."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from service.cli.console import complain, say

_MOST_RESTARTS = 5  # within _WINDOW; a part that falls more often than that has a reason that waiting will not cure
_WINDOW = 60.0
_PATIENCE = 25.0  # seconds that a part gets to end its work: a little more than a worker's own grace


@dataclass(slots=True)
class _Part:
    arguments: list[str]
    process: subprocess.Popen[str]
    needed: bool
    started: list[float] = field(default_factory=list)

    def close(self) -> None:
        """Let go of the pipe to a process that ended."""
        if self.process.stdin is not None:
            self.process.stdin.close()


class Group:
    """Starts parts, starts a fallen one again, stops them all."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._parts: dict[str, _Part] = {}

    def add_to_environment(self, more: Mapping[str, str]) -> None:
        """What parts that are started from now on find in their environment as well."""
        self._environment |= more

    def start(self, name: str, arguments: Sequence[str], *, listen: bool = False, needed: bool = True) -> str:
        """Start `python ARGUMENTS`. With `listen`, wait for the first line that it prints and return it.

        The others go on without a part that is not `needed`, where it does not stay up.
        """
        process = self._launch(arguments, listen=listen)
        self._parts[name] = _Part(list(arguments), process, needed, [time.monotonic()])
        if not listen or process.stdout is None:
            return ""
        line = process.stdout.readline().strip()
        threading.Thread(target=process.stdout.read, name=f"drain {name}", daemon=True).start()
        return line

    def watch(self) -> bool:
        """Start again what has fallen; False where a part that is needed falls again and again."""
        for name, part in list(self._parts.items()):
            if (code := part.process.poll()) is None:
                continue
            part.close()
            now = time.monotonic()
            part.started = [at for at in part.started if now - at < _WINDOW] + [now]
            if len(part.started) > _MOST_RESTARTS:
                complain(
                    f"The {name} fell {_MOST_RESTARTS} times within a minute (exit code {code}); see its lines above."
                )
                if part.needed:
                    return False
                say(f"Everything else goes on without the {name}.")
                del self._parts[name]
                continue
            say(f"The {name} ended with exit code {code}; starting it again.")
            part.process = self._launch(part.arguments, listen=False)
        return True

    def stop(self) -> None:
        """End all parts: politely, then after a while by force."""
        for part in self._parts.values():
            if part.process.poll() is None:
                part.process.terminate()
        deadline = time.monotonic() + _PATIENCE
        for name, part in self._parts.items():
            try:
                part.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                complain(
                    f"The {name} did not end in time and was stopped by force; its work is taken up at the next start."
                )
                part.process.kill()
                part.process.wait()
            part.close()
        self._parts.clear()

    def _launch(self, arguments: Sequence[str], *, listen: bool) -> subprocess.Popen[str]:
        # A part inherits what is blocked: Ctrl-C in the terminal is ours to hear, and we end the parts in good order.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            # The pipe to standard input is how a part learns that we are gone, however we went.
            return subprocess.Popen(  # noqa: S603  our own modules, by our own interpreter
                [sys.executable, *arguments],
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if listen else None,
                text=True,
            )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
