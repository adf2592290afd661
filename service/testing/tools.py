"""Tools for tests: the real wiring on a given database, with the edges of the world replaced where a test says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from collectors.base import Collector, CollectorError, Cursor, Page, Post, RawPost
from service import bootstrap, configuration
from service.clock import Clock
from service.models import Source
from service.settings import Settings, default_config_dir
from service.tools import Tools


def make_tools(
    engine: Engine,
    *,
    environment: Mapping[str, str] | None = None,
    clock: Clock | None = None,
    **replaced: Any,
) -> Tools:
    """The tools that a process would have, on `engine` and with the shipped configuration.

    `replaced`: fields of `Tools` to put something else into.
    """
    settings = Settings.load({"EARFUL_CONFIG_DIR": str(default_config_dir()), **(environment or {})})
    found = configuration.load(settings.config_dir, settings.environment)
    tools = bootstrap.build(settings, found, engine=engine, settle_seconds=0)
    return replace(tools, clock=clock or tools.clock, **replaced)


class ScriptedCollector:
    """A platform whose pages a test wrote down; a page may be an error, which is raised when it is its turn."""

    def __init__(self, pages: Sequence[Page | CollectorError]) -> None:
        self._pages = list(pages)
        self.cursors: list[Cursor | None] = []

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """The pages that were written down, whatever the cursor says."""
        del since
        self.cursors.append(cursor)
        for page in self._pages:
            if isinstance(page, CollectorError):
                raise page
            yield page

    def parse(self, raw: RawPost) -> Post:
        """Not scripted: the pages hold posts already."""
        raise AssertionError(f"a scripted collector was asked to parse {raw}")


def scripted(collector: Collector) -> Callable[[Source], Any]:
    """`Tools.collector` that gives `collector` for every source."""

    @contextmanager
    def opened(source: Source) -> Iterator[Collector]:
        del source
        yield collector

    return opened
