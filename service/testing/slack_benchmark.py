"""How fast Slack is answered on this machine: `python -m service.testing.slack_benchmark [--people N] [--posts N]`.

Two measurements over a made-up Slack whose every answer takes 100 ms, on a real server, each of our processes apart:
how long a click waits for its acknowledgement when everybody clicks at once, through either door; and how long a post
that is stored waits until its card stands in a channel, at 20 posts a second.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import Engine, select
from sqlmodel import col

from collectors.base import Author, Page, Post, PostKind
from integrations.base import Payload
from integrations.slack.app import SlackApp
from integrations.slack.listen import listen
from integrations.slack.workspaces import Workspaces
from service.clock import now
from service.configuration.routing import load_routing
from service.desk.registry import Entry
from service.desk.visit import Visit
from service.jobs.app import run_worker
from service.jobs.clicks import keeper
from service.jobs.queue import queue
from service.models import Delivery, Source
from service.models import Post as StoredPost
from service.models.columns import id_of
from service.pipeline import collect
from service.pipeline.collect import Tally
from service.store.database import connect, psycopg_url, transaction
from service.testing import postgres
from service.testing.serving import serving
from service.testing.slack import People, User, Workspace, running
from service.testing.studio.content import load_studio
from service.testing.tools import make_tools
from service.web.app import create_app
from service.web.site import Hooks

LATENCY = 0.1  # seconds that each of Slack's answers takes
RATE = 20  # posts a second
CHANNEL = "C0COMMUNITY"
_ROUTING = 'rules:\n  - name: benchmark\n    when: everything\n    send: {slack: "#community"}\n'
_PATIENCE = 120.0


def main() -> None:
    """Measure, and print lines."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--people", type=int, default=50, help="how many click at once (default 50)")
    reader.add_argument("--rounds", type=int, default=10, help="how often they all click (default 10)")
    reader.add_argument("--posts", type=int, default=200, help="how many posts become cards (default 200)")
    asked = reader.parse_args()
    sys.setswitchinterval(0.0005)  # the crowd's threads should wait for our doors, and less for each other
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}")  # noqa: T201
    with tempfile.TemporaryDirectory() as folder, postgres.server(Path(folder) / "server", careless=False) as admin_url:
        for door in (_serve_http, _serve_socket):
            with postgres.database(admin_url) as engine:
                waits = measure_clicks(engine, door, asked.people, asked.rounds)
            name = door.__name__.removeprefix("_serve_")
            print(f"acknowledged over {name}, {asked.people} at once: {_told(waits, 0.99, 'p99')}")  # noqa: T201
        with postgres.database(admin_url) as engine:
            waits = measure_cards(engine, asked.posts, Path(folder))
        print(f"post stored to card visible, {RATE} a second: {_told(waits, 0.95, 'p95')}")  # noqa: T201


def measure_clicks(engine: Engine, door: Callable[..., None], people: int, rounds: int) -> list[float]:
    """The seconds that each click waited for its acknowledgement."""
    workspace = _workspace()
    workspace.users += [
        User(id=f"U1{n:08}", name=f"p{n}", real_name=f"P {n}", email=f"p{n}@x.example") for n in range(people)
    ]
    crowd = People(workspace)
    with running(workspace) as url:
        environment = _environment(workspace, url)
        card = make_tools(engine, environment=environment).slack(workspace.team)
        blocks: list[Payload] = [{"type": "actions", "elements": [_button("bench")]}]
        ts = card.say(CHANNEL, "A card", blocks=blocks).remote_id
        with _process(door, psycopg_url(engine), environment, workspace.app.http.secret) as told:
            if told:
                workspace.app.http.url = told
            else:
                workspace.app.sockets.line()
            with ThreadPoolExecutor(people) as threads:
                crowd.click(workspace.users[0].id, ts, "bench")  # connections are opened at the first
                waits = []
                for _ in range(rounds):
                    clicks = [threads.submit(crowd.click, user.id, ts, "bench") for user in workspace.users[-people:]]
                    waits += [click.result(_PATIENCE) for click in clicks]
    if not all(delivery.acknowledged for delivery in waits):
        raise AssertionError("not every click was acknowledged")
    return [delivery.seconds for delivery in waits]


def measure_cards(engine: Engine, posts: int, folder: Path) -> list[float]:
    """The seconds from a post's being stored to its card's being in the channel."""
    routing = folder / "routing.yaml"
    routing.write_text(_ROUTING, encoding="utf-8")
    workspace = _workspace()
    with running(workspace) as url:
        environment = _environment(workspace, url)
        with _process(_work, psycopg_url(engine), environment, str(routing)):
            source = _source(engine)
            _store(engine, environment, source, ["It crashes when I save."] * 2, first=-2)
            _wait(lambda: len(workspace.messages()) == 2)  # now the worker is warm
            seen: dict[str, float] = {}
            over = threading.Event()
            watcher = threading.Thread(target=_watch, args=(workspace, seen, over))
            watcher.start()
            stored = _store_evenly(engine, environment, source, posts)
            _wait(lambda: len(seen) >= posts + 2)
            over.set()
            watcher.join()
    with transaction(engine) as session:
        names = select(col(Delivery.key), col(StoredPost.external_id)).join(
            StoredPost, col(StoredPost.id) == col(Delivery.post_id)
        )
        keys = {str(external): str(key) for key, external in session.execute(names)}
    return [seen[keys[name]] - at for name, at in stored.items()]


def _store_evenly(engine: Engine, environment: dict[str, str], source: Source, posts: int) -> dict[str, float]:
    texts = [post.text for post in load_studio().content.posts]
    stored: dict[str, float] = {}
    began = time.monotonic()
    for number in range(posts):
        time.sleep(max(0.0, began + number / RATE - time.monotonic()))
        _store(engine, environment, source, [texts[number % len(texts)]], first=number)
        stored[str(number)] = time.monotonic()
    return stored


def _store(engine: Engine, environment: dict[str, str], source: Source, texts: list[str], *, first: int) -> None:
    tools = make_tools(engine, environment=environment)
    page = Page(posts=[_post(first + number, words) for number, words in enumerate(texts)])
    collect.store_page(source, page, Tally(started_at=tools.clock()), tools, queue)


def _post(number: int, words: str) -> Post:
    return Post(
        kind=PostKind.REVIEW,
        external_id=str(number),
        url=f"https://benchmark.example.org/{number}",
        text=words,
        created_at=now() - timedelta(minutes=1),
        author=Author(external_id=str(number), handle=f"author-{number}"),
        raw={"id": number, "text": words},
    )


def _source(engine: Engine) -> Source:
    with transaction(engine) as session:
        source = Source(name="benchmark", kind="tabular", own=True, product="Ironwake", next_due_at=now(), options={})
        session.add(source)
        session.flush()
        id_of(source)
    return source


def _watch(workspace: Workspace, seen: dict[str, float], over: threading.Event) -> None:
    """Note when each delivery's card is there first."""
    while not over.wait(0.01):
        for message in workspace.messages():
            key = message.get("metadata", {}).get("event_payload", {}).get("key", "")
            seen.setdefault(key, time.monotonic())


def _wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE
    while not done():
        if time.monotonic() > until:
            raise TimeoutError("it did not come to its end")
        time.sleep(0.05)


@contextmanager
def _process(run: Callable[..., None], *arguments: object) -> Iterator[str]:
    """Run it in a process of its own; what it tells once it is ready."""
    spawn = get_context("spawn")
    hears, tells = spawn.Pipe(duplex=False)
    process = spawn.Process(target=run, args=(tells, *arguments), daemon=True)
    process.start()
    try:
        yield str(hears.recv())
    finally:
        process.kill()
        process.join()


def _serve_http(tells: Connection, url: str, environment: dict[str, str], secret: str) -> None:
    engine = connect(url, pool_size=16)
    app = SlackApp(keeper(engine, now, _HANDLERS), Workspaces(environment), signing_secret=secret)
    tools = make_tools(engine, environment=environment)
    hooks = Hooks(slack={"": app.over_http})
    with serving(create_app(engine=engine, company=tools.company, previewing=False, hooks=hooks)) as address:
        tells.send(f"{address}/hooks/slack")
        threading.Event().wait()


def _serve_socket(tells: Connection, url: str, environment: dict[str, str], _secret: str) -> None:
    app = SlackApp(keeper(connect(url, pool_size=16), now, _HANDLERS), Workspaces(environment))
    tells.send("")
    listen(environment, app.over_socket, threading.Event())


def _work(tells: Connection, url: str, environment: dict[str, str], routing: str) -> None:
    tools = make_tools(connect(url, pool_size=16), environment=environment, rules=load_routing(Path(routing)).rules)
    tools.understanding()
    tells.send("")
    run_worker(tools, concurrency=2, handle_signals=False)


def _workspace() -> Workspace:
    workspace = Workspace()
    workspace.faults.delay_seconds = LATENCY
    workspace.app.patience = 30.0  # what takes longer than Slack waits is measured too
    return workspace


def _environment(workspace: Workspace, url: str) -> dict[str, str]:
    tokens = {"SLACK_BOT_TOKEN": workspace.token, "SLACK_APP_TOKEN": workspace.app.sockets.app_token}
    return {**tokens, "SLACK_API_URL": url}


def _button(name: str) -> Payload:
    return {"type": "button", "action_id": name, "text": {"type": "plain_text", "text": "Press"}, "value": "1"}


def _do_nothing(visit: Visit) -> None:
    del visit


_HANDLERS = {"action:bench": Entry(_do_nothing)}


def _told(waits: list[float], quantile: float, name: str) -> str:
    ordered = sorted(waits)
    at = ordered[min(len(ordered) - 1, int(quantile * len(ordered)))]
    median, longest = statistics.median(ordered), ordered[-1]
    return f"median {median * 1000:.0f} ms, {name} {at * 1000:.0f} ms, longest {longest * 1000:.0f} ms"


if __name__ == "__main__":
    main()
