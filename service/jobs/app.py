"""The worker's side of the queue: procrastinate's app with our tasks, and the loop that runs them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import procrastinate

from service.jobs.queue import HEARTBEAT_SECONDS, STALLED_SECONDS
from service.jobs.tasks import blueprint
from service.pipeline import flow
from service.store.database import psycopg_url
from service.tools import Tools

CLICK_HANDS = 4
"""How many clicks a worker does at a time, besides everything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lane:
    """Hands that take jobs from some queues (None: from all), and how often they look, should no word reach them."""

    name: str
    queues: Sequence[str] | None
    hands: int
    look_every: float = 2.0  # seconds


def build(tools: Tools, *, concurrency: int) -> procrastinate.App:
    """The app of one worker process. Its pool serves the queue alone; the stages use the tools' engine."""
    most = concurrency + CLICK_HANDS + 4  # a lane listens on a connection of its own
    connector = procrastinate.PsycopgConnector(conninfo=psycopg_url(tools.engine), min_size=1, max_size=most)
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
    """Work on jobs until told to stop (or, with `until_empty`, until none is ready). Running jobs end first.

    `concurrency` at a time, and besides as many clicks as there are hands for them: a person waits for those, and
    everything else may take minutes.
    """
    lanes = [_Lane(name="worker", queues=None, hands=concurrency)]
    if not until_empty:
        lanes.append(_Lane(name="clicks", queues=[flow.CLICKS], hands=CLICK_HANDS, look_every=0.25))
    asyncio.run(_work(tools, lanes, until_empty=until_empty, handle_signals=handle_signals))


async def _work(tools: Tools, lanes: Sequence[_Lane], *, until_empty: bool, handle_signals: bool) -> None:
    hands = sum(lane.hands for lane in lanes)
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(hands))  # the usual one has fewer threads than a worker may have hands
    app = build(tools, concurrency=hands)
    async with app.open_async():
        running = [asyncio.create_task(_run(app, lane, tools, until_empty=until_empty)) for lane in lanes]

        def stop() -> None:
            for task in running:
                task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM) if handle_signals else ():
            loop.add_signal_handler(number, stop)
        await asyncio.wait(running, return_when=asyncio.FIRST_EXCEPTION)
        stop()  # one lane that failed ends the others: whoever started this worker starts another
        for ended in await asyncio.gather(*running, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended


async def _run(app: procrastinate.App, lane: _Lane, tools: Tools, *, until_empty: bool) -> None:
    await app.run_worker_async(
        name=lane.name,
        queues=lane.queues,  # type: ignore[arg-type]  # None, all of them, is what procrastinate has unless told
        concurrency=lane.hands,
        wait=not until_empty,
        install_signal_handlers=False,
        fetch_job_polling_interval=lane.look_every,
        shutdown_graceful_timeout=20.0,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_SECONDS,
        delete_jobs="successful",
        additional_context={"tools": tools},
    )
