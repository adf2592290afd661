"""`earful web`, `earful worker`, `earful scheduler`: the parts of a server install, each its own process."""

from __future__ import annotations

import signal
import threading
from typing import Annotated
from urllib.parse import urlsplit

import typer

from service import bootstrap, lifeline, logs
from service.cli import slack_doors
from service.cli.models import loaded
from service.cli.wiring import Setup, open_tools, read_setup
from service.settings import Settings

WATCH_PARENT = "EARFUL_WATCH_PARENT"
"""Set by `up`: the part ends when its standard input does, that is, when `up` is gone, however it went."""


def web() -> None:
    """Serve the pages and the API.

    Example: EARFUL_DATABASE_URL=postgresql://… earful web
    """
    import uvicorn

    from service.jobs.queue import queue
    from service.web.app import create_app
    from service.web.site import Desk, Hooks

    setup = begin("web")
    with open_tools(setup) as tools:
        uvicorn.run(
            create_app(
                engine=tools.engine,
                company=tools.company,
                clock=tools.clock,
                previewing=setup.settings.slack_bot_token is None,
                sample=setup.sample,
                hosts=_own_names(setup.settings),
                hooks=Hooks(
                    secrets=bootstrap.hook_secrets(setup.settings, [one.name for one in setup.configuration.sources]),
                    slack=slack_doors.over_http(setup.settings, tools),
                ),
                desk=Desk(tools=tools, queue=queue),
            ),
            host=setup.settings.host,
            port=setup.settings.port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
        )


def worker(
    until_empty: Annotated[
        bool, typer.Option("--until-empty", help="Stop when no job is ready, instead of waiting for more.")
    ] = False,
) -> None:
    """Work on jobs: collect, understand, link, group, route, deliver. Start as many as you like, anywhere.

    Example: EARFUL_WORKERS=4 earful worker
    """
    from service.jobs.app import run_worker

    setup = begin("worker")
    with open_tools(setup) as tools:
        loaded(tools.understanding)  # at once: a worker that cannot read is of no use, and a person must hear of it
        run_worker(tools, concurrency=setup.settings.workers, until_empty=until_empty)


def scheduler() -> None:
    """Queue what is due: sources to listen to, posts to look up again, digests. Two do no harm.

    Example: earful scheduler
    """
    from service.jobs import timetable

    setup = begin("scheduler")
    stop = stop_signal()
    with open_tools(setup) as tools:
        bootstrap.synchronise_sources(tools.engine, setup.settings, setup.configuration)
        clockwork = timetable.build(tools)
        clockwork.start()
        stop.wait()
        clockwork.shutdown(wait=True)


def begin(part: str) -> Setup:
    """What each part begins with: settings and configuration, logs, and an eye on the parent where `up` started it.

    Raises ConfigError where a setting or a file is wrong.
    """
    setup = read_setup()
    logs.set_up(part, setup.settings.log_level)
    if setup.settings.environment.get(WATCH_PARENT):
        lifeline.end_with_parent()
    return setup


def stop_signal() -> threading.Event:
    """An event that Ctrl-C or a polite kill sets, from now on to the end of the process."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _own_names(settings: Settings) -> list[str]:
    """The names, besides loopback, under which people may ask for the pages."""
    name = urlsplit(settings.address).hostname
    return [name] if name else []
