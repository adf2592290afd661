"""`earful correct …`: say what is right about readings, see how well they are, read past posts again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from service.actions.correct import label, withdraw
from service.actions.correct_import import import_labels
from service.cli import wiring
from service.cli.console import OUT, complain, say
from service.domain.corrections import Origin
from service.errors import Invalid
from service.models.columns import LARGEST_KEY
from service.store import corrections, corrections_report
from service.store.database import transaction

app = typer.Typer(help="Teach the models your words: label readings, measure them, read past posts again.")
_BY = "operator"
_By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so.")]


@app.command()
def add(
    post: Annotated[int, typer.Argument(min=1, max=LARGEST_KEY, help="The post's number.")],
    sentiment: Annotated[str | None, typer.Option(help="negative, neutral, positive or mixed.")] = None,
    language: Annotated[str | None, typer.Option(help="A code such as en or de.")] = None,
    intent: Annotated[list[str] | None, typer.Option(metavar="NAME=yes|no", help="Repeat for several.")] = None,
    topic: Annotated[list[str] | None, typer.Option(metavar="NAME=yes|no", help="Repeat for several.")] = None,
    mark: Annotated[list[str] | None, typer.Option(metavar="spam|toxic=yes|no", help="Repeat for both.")] = None,
    by: _By = _BY,
) -> None:
    """Say what is right about one post. It shows at once; the next readings learn from it within a minute.

    Example: earful correct add 17 --sentiment negative --intent bug_report=yes
    """
    plain = {"sentiment": sentiment, "language": language}
    labels = {head: value for head, value in plain.items() if value is not None}
    for option, prefix, given in (("intent", "intent:", intent), ("topic", "topic:", topic), ("mark", "", mark)):
        labels |= dict(_named(option, prefix, each) for each in given or ())
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        made = label(session, post, labels, by=by, origin=Origin.COMPLAINT, now=tools.clock())
    for each in made:
        say(f"Correction {each.id}: {each.head} is {each.value}; the models said {each.model_said or 'nothing'}.")


@app.command("list")
def list_corrections(
    most: Annotated[int, typer.Option("--most", min=1, max=1000, help="How many, newest first.")] = 20,
) -> None:
    """Show the labels that were given last.

    Example: earful correct list --most 50
    """
    table = Table()
    for heading in ("number", "post", "head", "is", "models said", "by", "when", ""):
        table.add_column(heading)
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        for each in corrections.newest(session, most=most):
            state = "taken back" if each.withdrawn_at else ""
            said = (
                escape(each.head),
                each.value,
                each.model_said or "",
                escape(each.made_by),
                f"{each.made_at:%Y-%m-%d %H:%M}",
                state,
            )
            table.add_row(str(each.id), str(each.post_id), *said)
    OUT.print(table)


@app.command("withdraw")
def take_back(
    correction: Annotated[
        int, typer.Argument(min=1, max=LARGEST_KEY, help="Its number, as `earful correct list` shows it.")
    ],
    by: _By = _BY,
) -> None:
    """Take a label back; the post is read once more.

    Example: earful correct withdraw 5
    """
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        found = withdraw(session, correction, by=by, now=tools.clock())
    say(f"Correction {correction} is taken back; post {found.post_id} will be read again.")


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A CSV file: post, head, value; by.", exists=True, dir_okay=False)],
    by: _By = _BY,
) -> None:
    """Import labels, one a row: post (its number), head (sentiment, intent:bug_report, topic:NAME …), value; by.

    Rows that cannot be used are named, with what to do, and do not stop the others.

    Example: earful correct import labels.csv
    """
    with wiring.open_tools(wiring.read_setup()) as tools:
        result = import_labels(tools, file, by=by)
    for problem in result.set_aside[:20]:
        complain(problem)
    say(f"{result.stored} stored, {result.same} as before, {len(result.set_aside)} set aside.")
    if result.set_aside:
        raise typer.Exit(1)


@app.command()
def report() -> None:
    """Say how often the models were right, by head, language and source, and what became of the last lesson.

    A sample drawn by chance is told apart from what people complained about: only the former says how good they are.

    Example: earful correct report
    """
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        for title, lines in (
            ("By head", corrections_report.by_head(session)),
            ("By language", corrections_report.by_language(session)),
            ("By source", corrections_report.by_source(session)),
        ):
            table = Table(title=title, title_justify="left")
            for heading in ("labels from", "head", "", "right", "labels", "95 % interval"):
                table.add_column(heading)
            for each in lines:
                low, high = each.share.interval
                share = (f"{each.share.value:.0%}", str(each.share.of), f"{low:.0%} to {high:.0%}")
                table.add_row(each.origin, each.head, each.language or each.source or "", *share)
            OUT.print(table)
        last = corrections.last_lesson(session)
        if last is None:
            say("Nothing was learnt yet.")
            return
        for verdict in last.verdicts:
            done = verdict["note"] or "applied"
            say(
                f"Lesson {last.id}, {verdict['head']}: {verdict['labels']} labels, {verdict['right_before']} right as "
                f"shipped, {verdict['right_after']} when tried on labels it had not seen; {done}."
            )


@app.command()
def apply() -> None:
    """Read past posts again with what was learnt. The worker does it in the background; again, it says how far it is.

    Example: earful correct apply
    """
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        asked = corrections.read_again(session)
        say(f"{asked} posts will be read again; {corrections.waiting_to_be_read_again(session)} are waiting.")


def _named(option: str, prefix: str, given: str) -> tuple[str, str]:
    name, separator, value = given.partition("=")
    if not separator:
        raise Invalid(f"--{option} {given} says neither yes nor no; write {name}=yes or {name}=no.")
    return f"{prefix}{name}", value
