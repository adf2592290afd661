"""`earful digest`: what people said in a period, as one HTML file to read, print or mail."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from service import clock
from service.cli.console import say
from service.cli.wiring import open_tools, read_setup
from service.configuration.company import Company, Team
from service.domain import periods
from service.domain.periods import Period
from service.domain.wording import did_you_mean
from service.errors import ConfigError, ServiceError
from service.store.database import transaction


def digest(
    output: Annotated[Path, typer.Option("--output", "-o", help="The HTML file to write.")],
    since: Annotated[
        str | None,
        typer.Option(help="From when: a day (2026-03-01), a moment (2026-03-01T08:30), or a span (7d, 24h)."),
    ] = None,
    until: Annotated[str | None, typer.Option(help="Until when: a day, which counts whole, or a moment.")] = None,
    team: Annotated[str | None, typer.Option(help="A team of company.yaml: only what its topics are about.")] = None,
) -> None:
    """Sum up what people said: the last seven whole days, unless you say otherwise.

    Example: earful digest --since 14d --team "R&D" --output digest.html
    """
    if output.is_dir() or not output.absolute().parent.is_dir():
        raise ConfigError(
            f"--output {output} is no file that can be written.", fix="Name a file in a folder that exists."
        )
    from service.digest.html import document
    from service.digest.words import count
    from service.pipeline.digest import compute

    setup = read_setup()
    chosen = _team(team, setup.configuration.company)
    period = _period(since, until, clock.now(), setup.configuration.company)
    with open_tools(setup) as tools:
        with transaction(tools.engine) as session:
            found = compute(session, tools, period, chosen)
        html = document(found, page_url=tools.page_url)
    try:
        output.write_text(html, encoding="utf-8")
    except OSError as error:
        raise ServiceError(f"{output} cannot be written: {error.strerror or error}.") from error
    posts = count(found.mood.posts, "post")
    say(f"{output}: {posts} from {period.since:%Y-%m-%d %H:%M} to {period.until:%Y-%m-%d %H:%M}.")
    if not found.mood.posts:
        say("There is no post of that time. `earful source list` tells how each source is doing; try --since 30d.")


def _team(name: str | None, company: Company) -> Team | None:
    if name is None:
        return None
    found = company.team(name)
    if found is None:
        known = [team.name for team in company.teams]
        raise ConfigError(f'--team: company.yaml has no team "{name}".', fix=did_you_mean(name, known))
    return found


def _period(since: str | None, until: str | None, now: datetime, company: Company) -> Period:
    try:
        return periods.choose(since, until, now=now, zone=company.time_zone)
    except ValueError as error:
        raise ConfigError(f"--since, --until: {error}", fix="See earful digest --help.") from error
