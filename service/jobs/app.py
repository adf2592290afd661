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

HANDS = {flow.CLICKS: 4, flow.LEAVING: 8}
"""Queues with hands of their own, and how many. A person waits for a click, and a message waits for a place that takes
its time: neither waits for a stage that works for minutes, nor does a stage wait for them."""
HANDS_APART = sum(HANDS.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lane:
    """Hands that take jobs from some queues (None: from all), and how often they look, should no word reach them."""

    name: str
    queues: Sequence[str] | None
    hands: int
    look_every: float = 2.0  # seconds
    waits: bool = True  # for more; else it ends when no job is ready


def build(tools: Tools, *, concurrency: int) -> procrastinate.App:
    """The app of one worker process. Its pool serves the queue alone; the stages use the tools' engine."""
    most = concurrency + 4  # a lane listens on a connection of its own
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

    `concurrency` of the stages at a time, and besides what `HANDS` are for. With `until_empty` all is done by the same
    hands, because what one job queues may belong to another queue.
    """
    asyncio.run(_work(tools, _lanes(concurrency, apart=not until_empty), handle_signals=handle_signals))


def _lanes(concurrency: int, *, apart: bool) -> list[_Lane]:
    if not apart:
        return [_Lane(name="worker", queues=None, hands=concurrency, waits=False)]
    others = {task.queue for task in blueprint.tasks.values()} - HANDS.keys()
    return [
        _Lane(name="worker", queues=sorted(others), hands=concurrency),
        *(_Lane(name=name, queues=[name], hands=hands, look_every=0.25) for name, hands in HANDS.items()),
    ]


async def _work(tools: Tools, lanes: Sequence[_Lane], *, handle_signals: bool) -> None:
    hands = sum(lane.hands for lane in lanes)
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(hands))  # the usual one has fewer threads than a worker may have hands
    app = build(tools, concurrency=hands)
    async with app.open_async():
        running = [asyncio.create_task(_run(app, lane, tools)) for lane in lanes]

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


async def _run(app: procrastinate.App, lane: _Lane, tools: Tools) -> None:
    await app.run_worker_async(
        name=lane.name,
        queues=lane.queues,  # type: ignore[arg-type]  # None, all of them, is what procrastinate has unless told
        concurrency=lane.hands,
        wait=lane.waits,
        install_signal_handlers=False,
        fetch_job_polling_interval=lane.look_every,
        shutdown_graceful_timeout=20.0,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_SECONDS,
        delete_jobs="successful",
        additional_context={"tools": tools},
    )
