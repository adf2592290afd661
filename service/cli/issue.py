"""`earful issue …`: say that an issue is fixed, and see how far telling its reporters has come."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from service.actions import closing
from service.actions import tellings as actions
from service.actions.users import local_user
from service.cli import wiring
from service.cli.console import say
from service.errors import NotFound
from service.jobs.queue import queue
from service.models.columns import id_of
from service.store import tellings
from service.store.database import transaction

app = typer.Typer(help="Issues: say that one is fixed, and have those told who reported it.", no_args_is_help=True)
_Number = Annotated[int, typer.Argument(help="The issue's number.")]


@app.command()
def fixed(
    number: _Number,
    version: Annotated[str, typer.Option("--version", help="In which version, as its reporters are told.")] = "",
    note: Annotated[str, typer.Option("--note", help="How, for us alone.")] = "",
) -> None:
    """Say that an issue is fixed, and prepare words for everybody who reported it. Nobody is told before a person has
    looked at the words, on the issue's page.

    Example: earful issue fixed 12 --version 2.4.1 --note "Race in the loader"
    """
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        by, now = local_user(session, now=tools.clock()), tools.clock()
        done = closing.fix(session, number, version=version, note=note, by=by, now=now, tools=tools)
        queue(session, done.next)
        telling = closing.prepare(session, number, by=by, now=now, tools=tools)
        fixed_in = f"fixed in {version}" if version.strip() else "fixed"
        say(f"Issue #{number} is {fixed_in}. {tellings.summary(tellings.people(session, id_of(telling)))}")
        say(f"Look at the words: {tools.page_url}/issues/{number}/telling")


@app.command("not-fixed")
def not_fixed(number: _Number) -> None:
    """Say that an issue is not fixed after all: nobody more is told.

    Example: earful issue not-fixed 12
    """
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        by = local_user(session, now=tools.clock())
        queue(session, closing.unfix(session, number, by=by, now=tools.clock(), tools=tools).next)
    say(f"Issue #{number} is not fixed. Its posts decide how it stands.")


@app.command()
def told(number: _Number) -> None:
    """Show how many reporters of an issue were told that it is fixed, and why others cannot be.

    Example: earful issue told 12
    """
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        said = tellings.said_of_issue(session, number)
        again = tellings.wrote_after(session, number)
        telling = tellings.of_issue(session, number)
        views = tellings.people(session, id_of(telling)) if telling else []
    say(said or f"Nobody prepared words for those who reported issue #{number}.")
    for language, count in Counter(each.person.language for each in views if each.reply).most_common():
        say(f"{count} in {language}")
    if again:
        say(f"{len(again)} posts by people who wrote again after they were told: {', '.join(map(str, again))}")


@app.command()
def stop(number: _Number) -> None:
    """Tell nobody more, at once. On the issue's page it can go on.

    Example: earful issue stop 12
    """
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        telling = tellings.of_issue(session, number)
        if telling is None:
            raise NotFound(f"Nobody is told of issue #{number}.")
        by = local_user(session, now=tools.clock())
        queue(session, actions.stop(session, id_of(telling), by=by, now=tools.clock()).next)
        say(tellings.said_of_issue(session, number))
