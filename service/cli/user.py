"""`earful user …`: our own team, and what each of us may do."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table
from sqlmodel import Session

from service.actions import users
from service.cli import wiring
from service.cli.console import OUT, say
from service.domain.roles import Role
from service.errors import Invalid, NotFound
from service.models.columns import id_of
from service.store.database import transaction

app = typer.Typer(help="The team: who is in it, and what each may do.", no_args_is_help=True)
_ROLES = ", ".join(Role)
_Role = Annotated[str, typer.Option("--role", metavar="ROLE", help=f"One of {_ROLES}.")]


@app.command("add")
def add_user(
    email: Annotated[str, typer.Argument(help="Their e-mail address: by it Slack knows them.")],
    name: Annotated[str, typer.Option("--name", help="What colleagues call them.")],
    role: _Role = Role.SUPPORT,
) -> None:
    """Take somebody into the team. In Slack they are known by their e-mail address from their first click on.

    Viewers read. Support claims cases and writes replies that others publish. Community publishes and approves. Product
    works on cases and closes issues. Admins may everything.

    Example: earful user add kim@example.com --name Kim --role community
    """
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        by = users.local_user(session, now=tools.clock())
        user = users.add_user(session, name=name, email=email, role=role, by=by, now=tools.clock())
    say(f"{user.name} is user {user.id}, with the role {user.role}.")


@app.command("list")
def list_users(
    everybody: Annotated[bool, typer.Option("--all", help="Those who are switched off too.")] = False,
) -> None:
    """Show the team.

    Example: earful user list --all
    """
    table = Table()
    for heading in ("number", "name", "e-mail", "role", ""):
        table.add_column(heading)
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        users.local_user(session, now=tools.clock())
        for user in users.list_users(session, active=None if everybody else True):
            off = "" if user.active else "switched off"
            table.add_row(str(user.id), escape(user.name), escape(user.email), user.role, off)
    OUT.print(table)


@app.command("change")
def change_user(
    user: Annotated[str, typer.Argument(help="Their number or e-mail address, as `earful user list` shows them.")],
    name: Annotated[str | None, typer.Option("--name", help="Another name.")] = None,
    email: Annotated[str | None, typer.Option("--email", help="Another e-mail address.")] = None,
    role: Annotated[str | None, typer.Option("--role", metavar="ROLE", help=f"One of {_ROLES}.")] = None,
    active: Annotated[bool | None, typer.Option("--on/--off", help="Let them in again, or no longer.")] = None,
) -> None:
    """Change what somebody is called or may do, or switch them off. Nobody is deleted: what they did stays theirs.

    Example: earful user change kim@example.com --role admin
    """
    if all(each is None for each in (name, email, role, active)):
        raise Invalid("Say what to change: --name, --email, --role, --on or --off.")
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        by = users.local_user(session, now=tools.clock())
        number = _number(session, user)
        changed = users.change_user(
            session, number, name=name, email=email, role=role, active=active, by=by, now=tools.clock()
        )
    state = "" if changed.active else ", switched off"
    say(f"{changed.name}, user {changed.id}: {changed.role}, {changed.email}{state}.")


def _number(session: Session, given: str) -> int:
    wanted = given.strip().lower()
    for user in users.list_users(session):
        if wanted in (str(user.id), user.email):
            return id_of(user)
    raise NotFound(f"There is no user {given}. `earful user list --all` shows them.")
