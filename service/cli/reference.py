"""Writes docs/reference/cli.md from the command line itself, so that the page is never out of date.

Run `python -m service.cli.reference docs/reference/cli.md` after a change (`make docs` does).
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from service.cli.app import app

Verb = TyperCommand | TyperGroup

_HEAD = """# Command line

{help}

Exit codes: 0 done, 1 something failed, 2 wrong use or configuration. The verbs and their options are a public
interface: what works today goes on working.

This page is written by `make docs`; change the words in `service/cli/`.
"""


def page() -> str:
    """The whole page."""
    command = whole()
    sections = [line for path, each in verbs(command, "earful") for line in _section(path, each)]
    return "\n".join([_HEAD.format(help=inspect.cleandoc(command.help or "")), *sections])


def whole() -> TyperGroup:
    """The command line as Typer builds it."""
    command = get_command(app)
    if not isinstance(command, TyperGroup):
        raise TypeError("the command line has lost its verbs")
    return command


def verbs(group: TyperGroup, path: str) -> Iterator[tuple[str, Verb]]:
    """The verbs below `group` with their paths, in the order of `--help`; a group comes before its own."""
    for name, below in group.commands.items():
        if isinstance(below, TyperCommand | TyperGroup):
            yield f"{path} {name}", below
        if isinstance(below, TyperGroup):
            yield from verbs(below, f"{path} {name}")


def _section(path: str, command: Verb) -> Iterator[str]:
    yield f"{'#' * len(path.split())} `{path}`\n"
    text, *examples = inspect.cleandoc(command.help or "").split("\n\nExample")
    yield f"{text}\n"
    for example in examples:
        lines = [line.strip() for line in example.split(":", 1)[1].splitlines() if line.strip()]
        yield "\n".join(["```console", *(f"$ {line}" for line in lines), "```\n"])
    context = typer.Context(command)
    arguments = [_row(each, context) for each in command.params if isinstance(each, TyperArgument)]
    options = [_row(each, context) for each in command.params if isinstance(each, TyperOption)]
    if arguments or options:
        yield "\n".join(["| | |", "| --- | --- |", *arguments, *options, ""])


def _row(parameter: TyperArgument | TyperOption, context: typer.Context) -> str:
    name, meaning = parameter.get_help_record(context) or (parameter.name or "", "")
    plain = " ".join(meaning.split()).replace("|", "\\|")
    return f"| `{name.replace('|', '/')}` | {plain} |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
