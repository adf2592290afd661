"""Errors of the application, named by what the caller does next."""

from __future__ import annotations

from collections.abc import Sequence
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
    """A setting or a configuration file is wrong. Stops the start with exit code 2.

    `problems` holds everything that was found, so that a person mends it all in one go; the attributes are the first's.
    """

    def __init__(
        self,
        message: str,
        *,
        fix: str,
        file: Path | None = None,
        line: int | None = None,
        also: Sequence[ConfigError] = (),
    ) -> None:
        place = f"{file}{f', line {line}' if line else ''}: " if file else ""
        super().__init__("\n".join([f"{place}{message} {fix}", *map(str, also)]))
        self.message, self.fix, self.file, self.line = message, fix, file, line
        self.problems: tuple[ConfigError, ...] = (self, *also)

    @classmethod
    def several(cls, problems: Sequence[ConfigError]) -> ConfigError:
        """One error that carries all of `problems` (at least one), in their order."""
        first, *others = [each for problem in problems for each in problem.problems]
        return cls(first.message, fix=first.fix, file=first.file, line=first.line, also=others)
