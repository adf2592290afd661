"""The worker's side of the queue: procrastinate's app with our tasks, and the loop that runs them."""

from __future__ import annotations

import asyncio

import procrastinate

from service.jobs.queue import HEARTBEAT_SECONDS, STALLED_SECONDS
from service.jobs.tasks import blueprint
from service.store.database import psycopg_url
from service.tools import Tools


def build(tools: Tools, *, concurrency: int) -> procrastinate.App:
    """The app of one worker process. Its pool serves the queue alone; the stages use the tools' engine."""
    connector = procrastinate.PsycopgConnector(conninfo=psycopg_url(tools.engine), min_size=1, max_size=concurrency + 2)
    app = procrastinate.App(connector=connector)
    app.add_tasks_from(blueprint, namespace="")
    return app


def run_worker(
    tools: Tools,
    *,
    concurrency: int,
    until_empty: bool = False,
    handle_signals: bool = True,
) -> None:
    """Work on jobs until told to stop (or, with `until_empty`, until none is ready). Running jobs end first."""
    asyncio.run(_work(tools, concurrency, until_empty=until_empty, handle_signals=handle_signals))


async def _work(tools: Tools, concurrency: int, *, until_empty: bool, handle_signals: bool) -> None:
    app = build(tools, concurrency=concurrency)
    async with app.open_async():
        await app.run_worker_async(
            concurrency=concurrency,
            wait=not until_empty,
            install_signal_handlers=handle_signals,
            fetch_job_polling_interval=2.0,
            shutdown_graceful_timeout=20.0,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_SECONDS,
            delete_jobs="successful",
            additional_context={"tools": tools},
        )
