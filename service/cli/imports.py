"""`earful import …`: the company's own records, and posts from files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from collectors.base import SetAside
from service.actions import imports
from service.actions.import_posts import import_posts
from service.cli import wiring
from service.cli.console import ERR, complain, say
from service.jobs.queue import queue

app = typer.Typer(
    help="Bring in records and posts from CSV or JSON Lines files. Again with the same file, nothing changes.",
    no_args_is_help=True,
)
_File = Annotated[Path, typer.Argument(help="A CSV or JSON Lines file.", exists=True, dir_okay=False)]
_Dry = Annotated[bool, typer.Option("--dry-run", help="Check everything, keep nothing.")]
_SHOWN = 20  # rows that could not be read


@app.command()
def customers(file: _File, dry_run: _Dry = False) -> None:
    """Import customers: id, name; email, email_verified, country, since, organisation, lifecycle, segment.

    A column such as steam_id or forum_handle ties that account to the customer.

    Example: earful import customers customers.csv --dry-run
    """
    _records(imports.import_customers, file, dry_run=dry_run)


@app.command()
def organisations(file: _File, dry_run: _Dry = False) -> None:
    """Import organisations: id, name; domain, kind.

    Example: earful import organisations organisations.csv
    """
    _records(imports.import_organisations, file, dry_run=dry_run)


@app.command()
def orders(file: _File, dry_run: _Dry = False) -> None:
    """Import orders: number, customer, product, placed_at, amount, currency. Import the customers first.

    Example: earful import orders orders.csv
    """
    _records(imports.import_orders, file, dry_run=dry_run)


@app.command()
def posts(
    file: _File,
    dry_run: _Dry = False,
    product: Annotated[str | None, typer.Option(help="The product they are about, where the file names none.")] = None,
) -> None:
    """Import posts: text, created_at; id, title, author_name, author_email, order_number, stars …

    They are understood and routed by the worker, like all others.

    Example: earful import posts survey.csv --product "Lantern Hollow"
    """
    with wiring.open_tools(wiring.read_setup()) as tools, _progress() as bar:
        task = bar.add_task(file.name, total=None)
        result = import_posts(
            tools, file, queue=queue, product=product, dry=dry_run, progress=lambda n: bar.advance(task, n)
        )
    _tell(result.new, result.changed, result.same, result.set_aside, dry_run=dry_run)


def _records(action: imports.Action, file: Path, *, dry_run: bool) -> None:
    with wiring.open_tools(wiring.read_setup()) as tools, _progress() as bar:
        task = bar.add_task(file.name, total=None)
        result = action(tools, file, dry=dry_run, progress=lambda n: bar.advance(task, n))
    for column in sorted(result.tally.ignored):
        say(f"Column {column} was left out: that platform's terms forbid tying its accounts to customers.")
    if result.tally.accounts:
        say(f"{result.tally.accounts} platform accounts are tied to their customers.")
    _tell(result.tally.new, result.tally.changed, result.tally.same, result.set_aside, dry_run=dry_run)


def _tell(new: int, changed: int, same: int, set_aside: list[SetAside], *, dry_run: bool) -> None:
    for item in set_aside[:_SHOWN]:
        complain(f"{item.place}: {item.reason}")
    if len(set_aside) > _SHOWN:
        complain(f"… and {len(set_aside) - _SHOWN} more rows.")
    say(f"{new} new, {changed} changed, {same} as before, {len(set_aside)} set aside.")
    if dry_run:
        say("This was a dry run: nothing was kept.")
    if set_aside:
        raise typer.Exit(1)


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}: {task.completed} rows"), TimeElapsedColumn(), console=ERR
    )
