"""`earful source …` where a source is looked after: asked again."""

from __future__ import annotations

from typing import Annotated

import typer

from service.actions import sources as actions
from service.cli import wiring
from service.cli.console import say
from service.store.database import transaction

Name = Annotated[str, typer.Argument(help="A source of sources.yaml.")]
WHO = "earful"  # whose name stands beside what the command line does


def retry_source(name: Name) -> None:
    """Ask a source again that refused, once what was wrong is mended; one that waits is asked at once.

    Example: earful source retry reddit-strategy
    """
    with wiring.open_tools(wiring.read_setup()) as tools, transaction(tools.engine) as session:
        actions.try_again(session, name, by=WHO, now=tools.clock())
    say(f"{name} is asked again as soon as a scheduler and a worker run (earful up starts both).")
