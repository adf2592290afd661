"""How long a correction takes to teach the next reading: `python -m service.testing.learning_time [--labels N]`.

A real server, a worker and a scheduler as processes of their own, as `earful up` starts them, and N labels that were
given before. Then `earful correct add` says one thing more, and a new post comes in every half second, until one of
them is read with what that label taught. Nothing is restarted.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, select
from sqlmodel import col

from collectors.base import Post, PostKind, RawPost
from nlp.base import Sentiment
from service.actions.correct import label
from service.cli.console import OUT
from service.clock import now
from service.domain.corrections import Origin
from service.jobs.queue import queue
from service.models import Lesson, Reading, Source
from service.pipeline import flow
from service.settings import Settings
from service.store import corrections, posts
from service.store.authors import Accounts
from service.store.database import psycopg_url, transaction
from service.testing import postgres
from service.testing.studio.content import load_studio

_PATIENCE = 600.0  # seconds
_numbers = count(1)


def main() -> None:
    """Measure, and print a sentence."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--labels", type=int, default=100, help="labels that were given before (default 100)")
    labels = reader.parse_args().labels
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres.server(Path(folder) / "server", careless=False) as admin_url,
        postgres.database(admin_url) as engine,
        _parts(engine, Path(folder)) as environment,
    ):
        texts = [post.text for post in load_studio().content.posts[: labels + 1]]
        source = _source(engine)
        ids = _read(engine, source, texts)
        _label(engine, ids[:-1])
        shown, learnt = _correct(engine, source, ids[-1], environment)
    OUT.print(
        f"With {labels} labels before it, a correction stood on its post {shown:.1f} s after `earful correct add` was "
        f"started, and the first new post was read with what it taught after {learnt:.1f} s."
    )


@contextmanager
def _parts(engine: Engine, folder: Path) -> Iterator[dict[str, str]]:
    """A worker and a scheduler at work; gives the environment in which the command line finds the same database."""
    environment = {
        **Settings.load().environment,
        "EARFUL_DATABASE_URL": psycopg_url(engine),
        "EARFUL_DATA_DIR": str(folder / "data"),
    }
    parts = [_start([part], environment) for part in ("worker", "scheduler")]
    try:
        yield environment
    finally:
        for part in parts:
            part.terminate()
        for part in parts:
            part.wait()


def _start(arguments: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "service", *arguments]
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)  # noqa: S603  our own command line


def _source(engine: Engine) -> Source:
    with transaction(engine) as session:
        source = Source(name="learning", kind="tabular", own=True, next_due_at=now(), enabled=False, options={})
        session.add(source)
    return source


def _read(engine: Engine, source: Source, texts: list[str]) -> list[int]:
    """Let posts come in, and wait until the worker has read them."""
    ids = [_arrive(engine, source, text) for text in texts]
    _wait(lambda: len(_versions(engine, ids)) == len(ids))
    return ids


def _arrive(engine: Engine, source: Source, text: str) -> int:
    """Store a new post with the job that reads it, as a collector's page would; gives its id."""
    external_id = str(next(_numbers))
    raw: RawPost = {"id": external_id, "text": text}
    post = Post(kind=PostKind.POST, external_id=external_id, url=None, text=text, created_at=now(), raw=raw)
    with transaction(engine) as session:
        stored = posts.store_posts(
            session, source, [post], [], accounts=Accounts("learning"), product=lambda _: None, now=now()
        )
        queue(session, flow.start(stored.to_read))
    return stored.new[0]


def _versions(engine: Engine, ids: list[int]) -> list[str]:
    """By which models these posts were read, as far as they were."""
    with transaction(engine) as session:
        return list(session.scalars(select(col(Reading.model_version)).where(col(Reading.post_id).in_(ids))))


def _label(engine: Engine, ids: list[int]) -> None:
    """Labels of every kind, and the lesson that they make."""
    for number, feeling in zip(ids, list(Sentiment) * len(ids), strict=False):
        with transaction(engine) as session:
            label(session, number, {"sentiment": feeling}, by="kim", origin=Origin.COMPLAINT, now=now())
    _wait(lambda: not ids or _taught(engine))


def _taught(engine: Engine) -> bool:
    with transaction(engine) as session:
        lesson = corrections.newest_lesson(session)
        return lesson is not None and lesson[1] == corrections.state(session)


def _correct(engine: Engine, source: Source, post: int, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds from the command's start until its word shows, and until a new post is read with it."""
    with transaction(engine) as session:
        before = len(session.scalars(select(col(Lesson.id))).all())
    began = time.monotonic()
    command = [sys.executable, "-m", "service", "correct", "add", str(post), "--sentiment", "positive"]
    subprocess.run(command, env=environment, check=True)  # noqa: S603  our own command line
    shown = time.monotonic() - began
    arrived: list[int] = []

    def known() -> bool:
        arrived.append(_arrive(engine, source, f"The lantern fog is thicker tonight, {len(arrived)} fires"))
        with transaction(engine) as session:
            lesson = corrections.newest_lesson(session)
            lessons = len(session.scalars(select(col(Lesson.id))).all())
        if lesson is None or lessons == before:
            return False
        return any(version.endswith(f"+c{lesson[0]}") for version in _versions(engine, arrived))

    _wait(known)
    return shown, time.monotonic() - began


def _wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE
    while not done():
        if time.monotonic() > until:
            raise TimeoutError(f"It did not happen within {_PATIENCE:.0f} s.")
        time.sleep(0.5)


if __name__ == "__main__":
    main()
