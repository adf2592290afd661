"""`earful source …` where a source is looked after: how it does, asked again, its history, its payloads read anew."""

from __future__ import annotations

import time
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from collectors.base import SourceRefused
from service.actions import sources as actions
from service.cli import wiring
from service.cli.collect import moment_of
from service.cli.console import ERR, complain, say
from service.domain.backfills import BackfillState
from service.jobs.queue import queue
from service.models import Backfill
from service.models.columns import id_of
from service.pipeline import replay
from service.pipeline.replay import Replayed
from service.store import backfills, sources
from service.store.database import transaction
from service.store.replay import count_kept
from service.tools import Tools

Name = Annotated[str, typer.Argument(help="A source of sources.yaml.")]
WHO = "command line"  # whose name stands beside what is done here
_LOOK_EVERY = 1.0  # seconds


def retry_source(name: Name) -> None:
    """Ask a source again that refused, once what was wrong is mended; one that waits is asked at once.

    Example: earful source retry reddit-strategy
    """
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        actions.try_again(session, name, by=WHO, now=tools.clock())
    say(f"{name} is asked again as soon as a scheduler and a worker run (earful up starts both).")


def fetch_history(
    name: Name,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="How far back; without it, as far as the platform shows."),
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Show how far it is until it is done; Ctrl-C leaves it running.")
    ] = True,
) -> None:
    """Fetch a source's history in the background, behind live listening, which it never disturbs.

    The workers do it, so one must run (earful up, earful worker). What was begun goes on where it stopped.

    Examples:

      earful source backfill steam-reviews

      earful source backfill forum-feed --since 2026-01-01 --no-wait
    """
    oldest = moment_of(since)
    with wiring.open_tools(wiring.read_setup()) as tools:
        with transaction(tools.engine) as session:
            begun = actions.fetch_history(session, name, since=oldest, by=WHO, now=tools.clock(), queue=queue)
            source_id = begun.source_id
        if not wait:
            say(f"The history of {name} is fetched as workers are free. Its page shows how far it is.")
            return
        ended = _watch(source_id, name, tools)
    if ended.state == BackfillState.STOPPED:
        complain(ended.reason)
        raise typer.Exit(1)
    say(f"{ended.posts} posts, {ended.new_count} of them new.")


def replay_source(name: Name) -> None:
    """Read a source's kept payloads again with the parser of today: what it reads otherwise becomes another version.

    Payloads that it can no longer read are set aside, and their posts stay as they are.

    Example: earful source replay steam-reviews
    """
    with wiring.open_tools(wiring.read_setup()) as tools:
        with transaction(tools.engine) as session:
            source_id = id_of(sources.named(session, name))
            total = count_kept(session, source_id)
        try:
            told = _replay(source_id, total, tools)
        except SourceRefused as error:
            complain(str(error))
            raise typer.Exit(1) from error
    say(
        f"{told.read} payloads read: {told.changed} posts became another version, {told.mended} were mended in place, "
        f"{told.set_aside} can no longer be read."
    )


def _replay(source_id: int, total: int, tools: Tools) -> Replayed:
    with _bar() as bar:
        task = bar.add_task("Reading payloads", total=total)
        return replay.run(source_id, tools, queue, advance=lambda told: bar.update(task, completed=told.read))


def _watch(source_id: int, name: str, tools: Tools) -> Backfill:
    """Show how far the history is until it is over."""
    with _bar() as bar:
        task = bar.add_task(f"History of {name}", total=1.0)
        while True:
            with transaction(tools.engine) as session:
                begun = backfills.of_source(session, source_id)
            if begun is None or begun.state != BackfillState.RUNNING:
                return begun or Backfill(source_id=source_id, state=BackfillState.DONE)
            waiting = f" ({begun.reason})" if begun.reason else ""
            share = backfills.progress_of(begun)
            told = f"History of {name}: {begun.posts} posts, {begun.new_count} new{waiting}"
            bar.update(task, description=told, completed=share or 0.0, total=None if share is None else 1.0)
            time.sleep(_LOOK_EVERY)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    return Progress(*columns, console=ERR, transient=True, disable=not ERR.is_terminal)
