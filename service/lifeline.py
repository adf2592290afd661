"""How a part that `earful up` started learns that `up` is gone, however it went: its standard input ends."""

from __future__ import annotations

import os
import signal
import threading


def end_with_parent() -> None:
    """From now on, end politely (SIGTERM to ourselves) when standard input does."""
    threading.Thread(target=_wait, name="watch parent", daemon=True).start()


def _wait() -> None:
    # Not through sys.stdin: a thread that waits in its lock would spoil the interpreter's end.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
