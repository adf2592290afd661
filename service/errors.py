"""Errors of the application, named by what the caller does next."""

from __future__ import annotations

from pathlib import Path


class ServiceError(Exception):
    """Root of what the application raises on purpose; `status` is its HTTP status."""

    status = 500


class NotFound(ServiceError):
    """There is no such thing (or not for this user)."""

    status = 404


class NotAllowed(ServiceError):
    """The user's role, or the source's passport, does not permit it."""

    status = 403


class Conflict(ServiceError):
    """The thing has moved on since it was seen."""

    status = 409


class Invalid(ServiceError):
    """What was given is not usable; the message says which field and what would be right."""

    status = 422


class ConfigError(ServiceError):
    """A setting or a configuration file is wrong. Stops the start with exit code 2."""

    def __init__(self, message: str, *, fix: str, file: Path | None = None, line: int | None = None) -> None:
        place = f"{file}{f', line {line}' if line else ''}: " if file else ""
        super().__init__(f"{place}{message} {fix}")
        self.message, self.fix, self.file, self.line = message, fix, file, line
