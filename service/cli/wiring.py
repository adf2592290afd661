"""What every verb that needs the database begins with: settings, configuration, server, tools."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from service import bootstrap, configuration
from service.configuration import Configuration
from service.configuration.sources import load_sources
from service.settings import Settings, default_config_dir
from service.store import embedded, schema
from service.store.database import require
from service.tools import Tools

SAMPLE_URL = "EARFUL_SAMPLE_URL"
"""Where the sample studio's internet listens; set by `up` for the parts that it starts."""

_SAMPLE_RECHECKS = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the operator asked for."""

    settings: Settings
    configuration: Configuration
    sample: bool  # nothing is configured: the made-up studio is shown


def read_setup(settings: Settings | None = None) -> Setup:
    """Read settings and configuration. Where no source is enabled and no database named, it is the sample studio.

    Raises:
        ConfigError: something in them is wrong.
    """
    settings = settings or Settings.load()
    found = configuration.load(settings.config_dir, settings.environment, data_dir=settings.data_dir)
    if settings.environment.get(SAMPLE_URL):
        return Setup(settings=settings, configuration=with_sample_sources(settings, found), sample=True)
    sample = settings.database_url is None and not any(source.enabled for source in found.sources)
    return Setup(settings=settings, configuration=found, sample=sample)


def with_sample_sources(settings: Settings, found: Configuration) -> Configuration:
    """The configuration, listening to the sample studio's places instead of the operator's."""
    file = default_config_dir() / "sample" / "sources.yaml"
    return replace(found, sources=load_sources(file, settings.environment))


@contextmanager
def database(setup: Setup) -> Iterator[str]:
    """The address of the database, brought to the newest schema; the embedded server runs as long as the context.

    Raises:
        ConfigError: the server that EARFUL_DATABASE_URL names does not let us in.
    """
    if setup.settings.database_url is not None:
        url = setup.settings.database_url.get_secret_value()
        require(url)
        yield url
        return
    name = "earful_sample" if setup.sample else "earful"
    with embedded.server(setup.settings.data_dir, database=name) as url:
        yield url


@contextmanager
def open_tools(setup: Setup) -> Iterator[Tools]:
    """The tools on an upgraded database; connections are closed at the end."""
    with database(setup) as url:
        tools = bootstrap.build(setup.settings, setup.configuration, engine=bootstrap.connections(setup.settings, url))
        if setup.sample:  # its people delete while somebody watches; a day would hide that
            tools = replace(tools, rechecks=dict.fromkeys(tools.rechecks, _SAMPLE_RECHECKS))
        try:
            schema.upgrade(tools.engine)
            yield tools
        finally:
            tools.engine.dispose()
