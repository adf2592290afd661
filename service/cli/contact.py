"""`earful contact …`: who does not want to be written to."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from service.actions import contact as actions
from service.actions.users import local_user
from service.cli import wiring
from service.cli.console import OUT, say
from service.domain.people import shown_name
from service.errors import Invalid
from service.jobs.queue import queue
from service.store import contact
from service.store.contact import Listed
from service.store.database import transaction

app = typer.Typer(help="Who asked not to be contacted: nobody writes to them.", no_args_is_help=True)


@app.command("list")
def list_refusals(
    most: Annotated[int, typer.Option("--most", min=1, max=1000, help="How many, newest first.")] = 50,
) -> None:
    """Show who asked not to be contacted.

    Example: earful contact list
    """
    table = Table()
    for heading in ("number", "who", "since", "noted by", "how they asked"):
        table.add_column(heading)
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        for each in contact.listed(session, most=most):
            said = each.refusal
            table.add_row(
                str(said.id), escape(_who(each)), f"{said.at:%Y-%m-%d}", escape(said.noted_by), escape(said.reason)
            )
    OUT.print(table)


@app.command()
def refuse(
    reason: Annotated[str, typer.Option("--reason", help="How they asked, for us alone.")],
    post: Annotated[int | None, typer.Option("--post", help="A post of theirs, by its number.")] = None,
    customer: Annotated[int | None, typer.Option("--customer", help="Their record, by its number.")] = None,
) -> None:
    """Note that the author of a post, or a customer, asked not to be contacted. What did not leave is taken back.

    Example: earful contact refuse --post 12 --reason "Wrote that we should leave them alone"
    """
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        by, now = local_user(session, now=tools.clock()), tools.clock()
        if (post is None) == (customer is None):
            raise Invalid("Name a post of theirs with --post, or their record with --customer.")
        if post is not None:
            done = actions.refuse_author(session, post, reason=reason, by=by, now=now)
        else:
            done = actions.refuse_customer(session, customer or 0, reason=reason, by=by, now=now)
        queue(session, done.next)
    say("Noted: nobody writes to them.")


@app.command()
def allow(number: Annotated[int, typer.Argument(help="Its number, as `earful contact list` shows it.")]) -> None:
    """Note that somebody may be contacted again. What was to be told to them is looked at anew first.

    Example: earful contact allow 3
    """
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        by = local_user(session, now=tools.clock())
        queue(session, actions.withdraw(session, number, by=by, now=tools.clock()).next)
    say("They may be contacted again.")


def _who(each: Listed) -> str:
    if each.customer is not None:
        return f"{each.customer.name}, customer {each.customer.id}"
    if each.author is not None:
        return f"{shown_name(each.author.name or each.author.handle or each.author.account)} on {each.author.scope}"
    return "an account of which nothing else is kept"
