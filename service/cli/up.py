"""`earful up`: everything on one machine, in one process group."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated

import httpx
import typer

from service import bootstrap
from service.cli import studio
from service.cli.console import say
from service.cli.models import refuse_missing
from service.cli.parts import WATCH_PARENT
from service.cli.processes import Group
from service.cli.wiring import Setup, open_tools, read_setup
from service.errors import ConfigError, ServiceError
from service.settings import Settings
from service.store.database import psycopg_url
from service.tools import Tools

_FIRST_PAGE_PATIENCE = 60.0  # seconds


def up(
    sample: Annotated[
        bool | None,
        typer.Option("--sample/--own", help="Show the made-up studio, or listen to what sources.yaml names."),
    ] = None,
) -> None:
    """Start everything: database, pages, worker, scheduler. Ctrl-C stops it all.

    With SLACK_APP_TOKEN set, the Slack listener too.

    With no source switched on in sources.yaml, a made-up game studio is shown: its posts come over real HTTP from a
    small server on this machine, and nothing leaves it.

    Example: EARFUL_PORT=8080 earful up
    """
    began = time.monotonic()
    setup = read_setup()
    setup = setup if sample is None else replace(setup, sample=sample)
    _refuse_taken_port(setup.settings)
    refuse_missing(setup.configuration.models)
    group = Group({**setup.settings.environment, WATCH_PARENT: "1"})
    with _stop_signal() as stop, _stopping(group):
        try:
            _start(group, setup, stop, began)
        except Exception:
            # Ctrl-C also reaches the programs that we wait for: what they then leave unfinished is no news.
            if not stop.is_set():
                raise
    say("Stopped. Everything is kept for the next start.")


def _start(group: Group, setup: Setup, stop: threading.Event, began: float) -> None:
    setup = studio.begin(group, setup) if setup.sample else setup
    with open_tools(setup) as tools:
        group.add_to_environment({"EARFUL_DATABASE_URL": psycopg_url(tools.engine)})
        try:
            _run(group, setup, tools, stop, began)
        finally:
            group.stop()  # before the database


def _run(group: Group, setup: Setup, tools: Tools, stop: threading.Event, began: float) -> None:
    group.start("web", ["-m", "service", "web"])
    if setup.sample:
        studio.furnish(setup, tools)
    else:
        bootstrap.synchronise_sources(tools.engine, setup.settings, setup.configuration)
    for part in ("worker", "scheduler"):
        group.start(part, ["-m", "service", part])
    if setup.settings.slack_app_token is not None:
        group.start("listener", ["-m", "service", "listener"], needed=False)
    if _wait_for_page(group, setup.settings, stop):
        say(f"Earful is ready after {time.monotonic() - began:.1f} s: {setup.settings.address}")
        say("Sample studio: nothing in it is real. Ctrl-C stops it." if setup.sample else "Ctrl-C stops it.")
    while not stop.wait(1.0):
        if not group.watch():
            raise ServiceError("A part of Earful does not stay up. `earful doctor` may say why.")
    say("Stopping …")


@contextmanager
def _stopping(group: Group) -> Iterator[None]:
    """Whatever happens, no part is left behind."""
    try:
        yield
    finally:
        group.stop()


def _refuse_taken_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise ConfigError(
                f"Port {settings.port} on {settings.host} is taken.",
                fix="If Earful runs already, use that one; otherwise choose another with EARFUL_PORT=8001.",
            ) from error


def _wait_for_page(group: Group, settings: Settings, stop: threading.Event) -> bool:
    deadline = time.monotonic() + _FIRST_PAGE_PATIENCE
    address = f"http://{settings.host}:{settings.port}/health"
    while time.monotonic() < deadline and not stop.wait(0.1):
        try:
            if httpx.get(address, timeout=2).is_success:
                return True
        except httpx.TransportError:
            if not group.watch():
                return False
    return False


@contextmanager
def _stop_signal() -> Iterator[threading.Event]:
    """An event that Ctrl-C or a polite kill sets."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
