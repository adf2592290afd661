"""The `earful` command: one file a verb.

Exit codes: 0 done, 1 something failed, 2 wrong use or configuration.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from service.cli import (
    collect,
    contact,
    correct,
    database,
    digest,
    doctor,
    group,
    imports,
    issue,
    listener,
    models,
    parts,
    reply,
    sample,
    slack,
    source,
    understand,
    up,
    user,
)
from service.cli.console import complain
from service.errors import ConfigError, ServiceError

app = typer.Typer(
    name="earful",
    help="Hear what people say about your products, put it in front of the people who can act, and close the loop.",
    epilog="Start with: earful up",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("earful"))
        raise typer.Exit


@app.callback()
def _earful(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Options that stand before the verb."""


app.command()(up.up)
app.command()(parts.web)
app.command()(parts.worker)
app.command()(parts.scheduler)
app.command()(listener.listener)
app.command()(collect.collect)
app.command()(understand.understand)
app.command()(group.group)
app.add_typer(imports.app, name="import")
app.add_typer(correct.app, name="correct")
app.command()(digest.digest)
app.add_typer(source.app, name="source")
app.add_typer(user.app, name="user")
app.add_typer(reply.app, name="reply")
app.add_typer(issue.app, name="issue")
app.add_typer(contact.app, name="contact")
app.add_typer(slack.app, name="slack")
app.command()(doctor.doctor)
app.add_typer(database.app, name="database")
app.add_typer(models.app, name="models")
app.add_typer(sample.app, name="sample")


def main() -> None:
    """Run the command line and leave with its exit code; our own errors become one sentence on stderr.

    Wrong use and Ctrl-C are Typer's to answer: it has its own copy of click, whose errors have no public names.
    """
    try:
        app()
    except ConfigError as error:
        complain(str(error))
        sys.exit(2)
    except ServiceError as error:
        complain(str(error))
        sys.exit(1)
