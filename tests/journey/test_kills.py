"""A process is killed between any two steps: the next one finishes the work, and nothing is done twice."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlmodel import col

from service.jobs.queue import queue
from service.models import Customer, Delivery, Identity, IssuePost, Post, PostVersion, Reading, Source
from service.models.columns import id_of
from service.pipeline import flow
from service.store.database import transaction
from service.testing import slack
from service.testing.factories import make_source
from service.testing.slack.workspace import Channel, Workspace
from tests.journey.fragile import fragile_worker, hand_back, ready

TOKEN = {"SLACK_BOT_TOKEN": "xoxb-made-up"}
COMPLAINTS = (
    "The game crashes every time I load my saved campaign since the update. Please fix this bug!",
    "Crash on loading a save after the last patch, the game closes to the desktop. It is a bug.",
    "Since the update loading a saved campaign crashes the game. Broken, please fix.",
    "How do I change the key bindings on a gamepad?",
    "Lovely game, I play it every evening with my daughter.",
)


@pytest.fixture
def workspace() -> Workspace:
    """A Slack with the channels that the shipped rules name."""
    workspace = Workspace()
    workspace.channels += [Channel(id=f"C0{name.upper():0<9}", name=name) for name in ("rnd", "studio")]
    return workspace


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """Answers to a survey, written within the last day."""
    file = tmp_path / "survey.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(["id", "text", "created_at", "author_name", "author_email", "author_email_verified", "product"])
        for number, complaint in enumerate(COMPLAINTS, start=1):
            at = datetime.now(UTC) - timedelta(hours=number)
            rows.writerow(
                [number, complaint, at.isoformat(), f"P{number}", f"p{number}@example.org", "true", "Ironwake"]
            )
    return file


def begin(engine: Engine, survey: Path) -> None:
    """A source that is due."""
    with transaction(engine) as session:
        source = make_source(
            session, name="survey", kind="tabular", options={"path": str(survey)}, own=True, product="Ironwake"
        )
        queue(session, [flow.collect(id_of(source))])


def outcome(engine: Engine, workspace: Workspace) -> dict[str, Any]:
    """Everything that must be the same however often a process was killed."""
    with transaction(engine) as session:
        keys = session.scalars(select(Delivery.key)).all()
        return {
            "posts": sorted(session.execute(select(col(Post.external_id), col(Post.version))).all()),
            "versions": len(session.scalars(select(PostVersion.id)).all()),
            "finished": session.scalars(select(Post.id).where(col(Post.routed_version) < col(Post.version))).all(),
            "sentiments": sorted(
                session.execute(
                    select(col(Post.external_id), col(Reading.sentiment)).join(
                        Reading, col(Reading.post_id) == col(Post.id)
                    )
                ).all()
            ),
            "customers": sorted(session.scalars(select(Customer.name)).all()),
            "identities": len(session.scalars(select(Identity.id)).all()),
            "grouped": len(session.scalars(select(IssuePost.id)).all()),
            "unsent": session.scalars(select(Delivery.key).where(col(Delivery.state) != "sent")).all(),
            "deliveries": Counter(key.split(">")[1] for key in keys),
            "cards": Counter(key.split(">")[1] for key in _cards(workspace)),
            "cards sent twice": [key for key, times in Counter(_cards(workspace)).items() if times > 1],
            "cursor moved": session.scalars(select(Source.cursor)).one() is not None,
            "jobs left": session.execute(
                text("SELECT count(*) FROM procrastinate_jobs WHERE status <> 'failed'")
            ).scalar(),
            "jobs failed": session.execute(
                text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
            ).scalar(),
        }


def _cards(workspace: Workspace) -> list[str]:
    """The key of every card in Slack; numbers of rows differ between runs, since what is rolled back uses them up."""
    return [message["metadata"]["event_payload"]["key"] for message in workspace.messages()]


def work_through(engine: Engine, workspace: Workspace, survey: Path, *, kill: bool) -> tuple[dict[str, Any], list[str]]:
    """Run everything; with `kill`, a worker dies at each step there is, and the next goes on from there."""
    begin(engine, survey)
    killed: list[str] = []
    with slack.running(workspace) as url, fragile_worker(engine, {**TOKEN, "SLACK_API_URL": url}) as run:
        while True:
            answer = run("kill" if kill else "run")
            if answer == "done" and not ready(engine):
                break
            if answer != "done":
                killed.append(answer.removeprefix("killed "))
            hand_back(engine)
    return outcome(engine, workspace), killed


def test_kills_change_nothing(postgres_server: str, database: Engine, workspace: Workspace, survey: Path) -> None:
    """The worker is killed again and again, each time one step further; the result is that of a quiet run."""
    from service.testing import postgres

    with postgres.database(postgres_server) as quiet_database:
        quiet, _ = work_through(quiet_database, _copy(workspace), survey, kill=False)
    battered, killed = work_through(database, workspace, survey, kill=True)

    assert battered == quiet
    assert quiet["unsent"] == []
    assert quiet["finished"] == []
    assert sum(quiet["cards"].values()) == sum(quiet["deliveries"].values()) > 0
    assert battered["cards sent twice"] == []
    stages = ("understand", "link", "group", "route", "route_issues")
    assert set(killed) == {
        "collect:page written",
        "collect:page stored",
        "collect:success written",
        *(f"{stage}:{step}" for stage in stages for step in ("begun", "written", "committed")),
        *(f"deliver:{step}" for step in ("prepared", "acted", "committed")),
    }


def _copy(workspace: Workspace) -> Workspace:
    fresh = Workspace()
    fresh.channels = [Channel(id=c.id, name=c.name, member=c.member, private=c.private) for c in workspace.channels]
    return fresh
