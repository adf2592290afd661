"""`earful sample …`: the made-up studio, and how much of what was planted in it was found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Annotated

import typer
from rich.table import Table

from service.actions.sample_report import IssueScore, Report, Score, report
from service.cli import wiring
from service.cli.console import OUT, say
from service.store.database import transaction

app = typer.Typer(help="The sample studio that is shown until you listen to sources of your own.", no_args_is_help=True)


@app.command("report")
def sample_report(
    phase: Annotated[int, typer.Option(min=1, max=2, help="2: after the sample's people edited and deleted.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Compare what Earful found in the sample with what was planted in it.

    Example: earful sample report --phase 1
    """
    from service.testing.studio.truth import load_truth

    setup = replace(wiring.read_setup(), sample=True)
    with wiring.open_tools(setup) as tools, transaction(tools.engine) as session:
        found = report(session, load_truth(), phase=phase)
    if as_json:
        typer.echo(json.dumps(asdict(found), indent=2))
        return
    if not any(score.found for score in found.collected):
        say("Nothing was collected yet. Start `earful up` and let it listen for a minute.")
        raise typer.Exit(1)
    _print(found)


def _print(found: Report) -> None:
    OUT.print(_table("Posts collected, by source", found.collected))
    readings = [found.languages, found.sentiment, found.topics, found.spam, *found.intents]
    OUT.print(_table("What the models read", readings))
    OUT.print(_table("Sentiment, by language", found.sentiment_by_language))
    OUT.print(_table("Customers, edits, deletions", [found.links, found.edits, found.deletions]))
    OUT.print(_issues(found.issues))
    OUT.print(
        f"{found.other_issues} other issues. {found.forbidden_links} links against a passport. "
        f"{found.set_aside} unreadable items set aside. {found.deliveries} cards."
    )


def _table(title: str, scores: Sequence[Score]) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("", "planted", "found", "right", "recall", "precision"):
        table.add_column(heading, justify="left" if not heading else "right")
    for score in scores:
        table.add_row(
            score.name,
            str(score.planted),
            str(score.found),
            str(score.right),
            _share(score.recall),
            _share(score.precision),
        )
    return table


def _issues(issues: Sequence[IssueScore]) -> Table:
    table = Table(title="Planted issues", title_justify="left")
    for heading in ("issue", "kind", "posts", "ours", "recall", "precision", "split over", "state"):
        table.add_column(heading)
    for issue in issues:
        number = f"#{issue.number}" if issue.number else "not found"
        mark = {True: " ✓", False: " ✗", None: ""}[issue.state_right]
        table.add_row(
            issue.score.name,
            issue.kind,
            str(issue.score.planted),
            number,
            _share(issue.score.recall),
            _share(issue.score.precision),
            str(issue.split_over),
            f"{issue.state or ''}{mark}",
        )
    return table


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"
