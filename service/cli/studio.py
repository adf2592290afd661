"""How `up` plays the sample studio: its internet as one more part, its records, its places."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx

from service import bootstrap, clock
from service.actions.sample import epoch_of, import_records, port_of, take_in_team
from service.cli.processes import Group
from service.cli.wiring import SAMPLE_URL, Setup, with_sample_sources
from service.settings import Settings
from service.tools import Tools

EXPORTS = "EARFUL_SAMPLE_EXPORTS"
SECOND_PHASE_AFTER = 90  # seconds after the very first start: then the studio's people edit, delete and write on
_PATIENCE = 120.0  # seconds until the studio has read its content


def begin(group: Group, setup: Setup) -> Setup:
    """Start the studio's internet, which gets ready by itself; returns the setup that listens to it."""
    folder = (setup.settings.data_dir / "sample").absolute()
    epoch = epoch_of(folder, now=clock.now())
    url = group.start(
        "sample studio",
        [
            *("-m", "service.testing.studio.internet", "--with-parent"),
            *("--port", str(port_of(folder)), "--epoch", epoch.isoformat()),
            *("--exports", str(folder), "--second-phase-after", str(SECOND_PHASE_AFTER)),
        ],
        listen=True,
    )
    keys = ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "REDDIT_REFRESH_TOKEN")
    made_up = {SAMPLE_URL: url, EXPORTS: str(folder), **dict.fromkeys(keys, "sample")}
    group.add_to_environment(made_up)
    settings = Settings.load({**setup.settings.environment, **made_up})
    return replace(setup, settings=settings, configuration=with_sample_sources(settings, setup.configuration))


def furnish(setup: Setup, tools: Tools) -> None:
    """Once the studio answers, import its own records and team, and listen to its places."""
    environment = setup.settings.environment
    httpx.get(environment[SAMPLE_URL], timeout=_PATIENCE).raise_for_status()  # it answers once its files are written
    bootstrap.synchronise_sources(tools.engine, setup.settings, setup.configuration)
    import_records(tools, Path(environment[EXPORTS]))
    take_in_team(tools)
