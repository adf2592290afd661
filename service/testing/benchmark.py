"""How many posts a second each stage takes on this machine: `python -m service.testing.benchmark [--posts N]`.

The sample studio's posts are told again and again under new ids, through the real stages on a real server with the real
models; cards go to the preview. Three measurements: listening to a server on this machine over HTTP; each stage alone,
batch after batch in one thread; and the whole way as jobs through a worker, from the first page to the last card.

With `--listen N` it only listens, to so many posts, and tells the rate and the memory at each tenth of the way.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count, cycle
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, select
from sqlmodel import col

from collectors.base import Author, Page, Post, PostKind
from service.clock import now
from service.jobs.app import run_worker
from service.jobs.queue import queue
from service.jobs.tasks import run_stage
from service.models import Delivery, Source
from service.models import Post as StoredPost
from service.models.columns import id_of
from service.pipeline import collect, deliver, group, link, route, understand
from service.pipeline.collect import Tally
from service.pipeline.outcome import batches
from service.store.database import transaction
from service.testing import postgres
from service.testing.loopback_steam import serving
from service.testing.studio.content import load_studio
from service.testing.tools import make_tools
from service.tools import Tools, observe_nothing

PAGE = 100
_STAGES = {"understand": understand.run, "link": link.run, "group": group.run, "route": route.run}


def main() -> None:
    """Measure, and print a table."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--posts", type=int, default=2000, help="how many posts to send through (default 2000)")
    reader.add_argument("--listen", type=int, metavar="N", help="only listen, to so many posts, and watch the memory")
    chosen = reader.parse_args()
    posts = chosen.posts
    with tempfile.TemporaryDirectory() as folder, postgres.server(Path(folder) / "server", careless=False) as admin_url:
        if chosen.listen:
            with postgres.database(admin_url) as engine:
                measure_listening(engine, chosen.listen, _milestones(chosen.listen))
            return
        with postgres.database(admin_url) as engine:
            listening = measure_listening(engine, posts)
        with postgres.database(admin_url) as engine:
            stages = listening | measure_stages(engine, posts)
        with postgres.database(admin_url) as engine:
            whole = measure_whole(engine, posts)
    _print(posts, stages, whole)


def measure_listening(engine: Engine, posts: int, observe: Callable[[str], None] = observe_nothing) -> dict[str, float]:
    """Posts a second from the first request to the last page stored: HTTP, parsing, and the store, in one thread."""
    texts = [post.text for post in load_studio().content.posts]
    rates: dict[str, float] = {}
    with serving(texts, reviews=posts, page=PAGE) as url:
        with transaction(engine) as session:
            options = {"appid": 440, "page_size": PAGE}
            source = Source(name="benchmark", kind="steam", base_url=url, options=options, next_due_at=now())
            session.add(source)
            session.flush()
            source_id = id_of(source)
        with _timed(rates, "listen (HTTP, parse, store)", posts):
            tally = collect.run(source_id, replace(_tools(engine), observe=observe), queue)
    if tally is None or tally.new != posts:
        raise AssertionError(f"listening brought {tally} instead of {posts} posts")
    return rates


def measure_stages(engine: Engine, posts: int) -> dict[str, float]:
    """Stage -> posts (for `deliver`: cards) a second, each stage alone, batch after batch."""
    tools = _tools(engine)
    source = _source(engine)
    rates: dict[str, float] = {}
    with _timed(rates, "collect", posts):
        for page in _pages(posts):
            collect.store_page(source, page, Tally(started_at=tools.clock()), tools, queue)
    with transaction(engine) as session:
        ids = [int(i or 0) for i in session.scalars(select(col(StoredPost.id)))]
    tools.understanding()  # loading the models is the start's cost, not a post's
    for name, stage in _STAGES.items():
        with _timed(rates, name, posts):
            for batch in batches(ids):
                run_stage(name, stage, batch, tools)
    with transaction(engine) as session:
        cards = [int(i or 0) for i in session.scalars(select(col(Delivery.id)))]
    with _timed(rates, "deliver", len(cards)):
        for card in cards:
            deliver.run(card, tools)
    return rates


def measure_whole(engine: Engine, posts: int) -> float:
    """Posts a second from the first page stored to the last card, as jobs through one worker with two at a time."""
    tools = _tools(engine)
    source = _source(engine)
    tools.understanding()
    rates: dict[str, float] = {}
    with _timed(rates, "whole", posts):
        for page in _pages(posts):
            collect.store_page(source, page, Tally(started_at=tools.clock()), tools, queue)
        run_worker(tools, concurrency=2, until_empty=True, handle_signals=False)
    return rates["whole"]


def _milestones(posts: int) -> Callable[[str], None]:
    """Prints the rate since the last tenth of the pages, and this process's memory, at each tenth."""
    pages, began, console = count(1), [time.perf_counter()], Console()
    tenth = max(1, posts // PAGE // 10)

    def observe(step: str) -> None:
        if step != "collect:page stored" or (stored := next(pages)) % tenth:
            return
        rate, memory = tenth * PAGE / (time.perf_counter() - began[0]), _memory()
        began[0] = time.perf_counter()
        console.print(f"{stored * PAGE:>9,} posts   {rate:>5,.0f} a second   {memory:.0f} MB")

    return observe


def _memory() -> float:
    """Megabytes of memory that this process holds now (Linux)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 2**20


def _tools(engine: Engine) -> Tools:
    return replace(make_tools(engine), settle_seconds=0)


def _source(engine: Engine) -> Source:
    with transaction(engine) as session:
        source = Source(name="benchmark", kind="tabular", own=True, product="Ironwake", next_due_at=now(), options={})
        session.add(source)
        session.flush()
        id_of(source)
    return source


def _pages(posts: int) -> Iterator[Page]:
    """The studio's posts under new ids, spread over the last eight weeks."""
    texts = cycle([post.text for post in load_studio().content.posts])
    today = now()
    made = (_post(number, next(texts), today - timedelta(days=56 * number / posts)) for number in count())
    for some in batches(range(posts), PAGE):
        yield Page(posts=[next(made) for _ in some])


def _post(number: int, words: str, at: datetime) -> Post:
    return Post(
        kind=PostKind.REVIEW,
        external_id=str(number),
        url=f"https://benchmark.example.org/{number}",
        text=words,
        created_at=at,
        author=Author(external_id=str(number % 1000), handle=f"author-{number % 1000}"),
        raw={"id": number, "text": words},
    )


@contextmanager
def _timed(rates: dict[str, float], name: str, things: int) -> Iterator[None]:
    began = time.perf_counter()
    yield
    rates[name] = things / (time.perf_counter() - began)


def _print(posts: int, stages: dict[str, float], whole: float) -> None:
    machine = f"{os.cpu_count()} cores, {_processor()}, Python {platform.python_version()}"
    table = Table(title=f"Posts a second, {posts} posts, {machine}")
    table.add_column("stage")
    table.add_column("a second", justify="right")
    for name, rate in stages.items():
        table.add_row(name if name != "deliver" else "deliver (cards, to the preview)", f"{rate:,.0f}")
    table.add_row("the whole way, as jobs", f"{whole:,.0f}")
    Console().print(table)


def _processor() -> str:
    """The processor's name as Linux tells it; elsewhere what Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main()
