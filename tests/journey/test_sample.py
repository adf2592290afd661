"""The sample studio, heard through the real collectors over real HTTP, comes out as it was planted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text, update
from sqlmodel import col

from service import bootstrap, configuration
from service.actions.sample import import_records
from service.actions.sample_report import Report, report
from service.cli.wiring import SAMPLE_URL, with_sample_sources
from service.jobs import timetable
from service.jobs.app import run_worker
from service.models import Delivery, Post, PostVersion, SetAsideItem, Source
from service.settings import Settings, default_config_dir
from service.store.database import transaction
from service.testing import slack
from service.testing.slack.workspace import Channel, Workspace
from service.testing.studio.content import load_studio
from service.testing.studio.serving import serving
from service.testing.studio.truth import load_truth
from service.testing.studio.world import World
from service.tools import Tools


@dataclass
class Studio:
    """The studio's world, our tools, and a strict Slack."""

    world: World
    tools: Tools
    workspace: Workspace

    def listen(self) -> None:
        """What schedulers and workers do until nothing is left to do."""
        with transaction(self.tools.engine) as session:
            for source in session.scalars(select(Source)):
                source.next_due_at = datetime.now(UTC) - timedelta(seconds=1)
                source.recheck_due_at = None
            session.execute(update(Post).values(checked_at=None))  # a day has passed
        timetable.queue_due_sources(self.tools)
        timetable.queue_due_rechecks(self.tools)
        while self._ready():
            # One job at a time: which issue a post joins depends on what came before it.
            run_worker(self.tools, concurrency=1, until_empty=True, handle_signals=False)

    def report(self, phase: int) -> Report:
        """What was found of what was planted."""
        with transaction(self.tools.engine) as session:
            return report(session, load_truth(), phase=phase)

    def _ready(self) -> bool:
        query = "SELECT 1 FROM procrastinate_jobs WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()"
        with self.tools.engine.connect() as connection:
            return bool(connection.execute(text(query)).first())


@pytest.fixture
def studio(database: Engine, tmp_path: Path) -> Iterator[Studio]:
    """The studio in its first phase, its records imported, nothing listened to yet."""
    world = World(load_studio(), datetime.now(UTC), exports=tmp_path)
    workspace = Workspace()
    workspace.channels += [Channel(id=f"C0{name.upper():0<9}", name=name) for name in ("rnd", "studio")]
    with serving(world) as address, slack.running(workspace) as slack_url:
        settings = Settings.load(
            {
                "EARFUL_CONFIG_DIR": str(default_config_dir()),
                SAMPLE_URL: address,
                "EARFUL_SAMPLE_EXPORTS": str(tmp_path),
                "REDDIT_CLIENT_ID": "sample",
                "REDDIT_CLIENT_SECRET": "sample",
                "SLACK_BOT_TOKEN": "xoxb-made-up",
                "SLACK_API_URL": slack_url,
            }
        )
        found = with_sample_sources(settings, configuration.load(settings.config_dir, settings.environment))
        tools = bootstrap.build(settings, found, engine=database, settle_seconds=0)
        bootstrap.synchronise_sources(database, settings, found)
        import_records(tools, tmp_path)
        yield Studio(world, tools, workspace)


def test_what_was_planted_is_found(studio: Studio) -> None:
    """Both phases: every post, every lawful link and no other, the four issues, edits, deletions, and strict Slack."""
    studio.listen()
    first = studio.report(1)

    assert [(score.name, score.recall) for score in first.collected] == [(s.name, 1.0) for s in first.collected]
    assert first.set_aside == 4
    assert (first.links.recall, first.links.precision) == (1.0, 1.0)
    assert first.forbidden_links == 0
    _check_issues(first)
    _check_cards(studio)

    studio.world.turn(2)
    studio.listen()
    second = studio.report(2)

    assert [(score.name, score.recall) for score in second.collected] == [(s.name, 1.0) for s in second.collected]
    assert (second.links.recall, second.links.precision, second.forbidden_links) == (1.0, 1.0, 0)
    assert second.edits.recall == 1.0
    assert (second.deletions.recall, second.deletions.precision) == (1.0, 1.0)
    _check_issues(second)
    _check_cards(studio)
    _check_nothing_is_left_of_the_deleted(studio)


def _check_issues(found: Report) -> None:
    """Each planted issue is one of ours, mostly whole and mostly pure; bounds with room for better models."""
    for issue in found.issues:
        assert issue.number is not None, issue
        assert (issue.score.recall or 0) >= 0.4, issue
        assert (issue.score.precision or 0) >= 0.6, issue
        assert issue.state_right is not False, issue


def _check_cards(studio: Studio) -> None:
    """Everything that rules asked for is in Slack, once, and was refused for no reason."""
    with transaction(studio.tools.engine) as session:
        rows = session.execute(select(col(Delivery.key), col(Delivery.state), col(Delivery.problem))).all()
    gone = "The post was deleted before its card was sent."
    assert {state for _, state, problem in rows if problem != gone} == {"sent"}
    keys = [message["metadata"]["event_payload"]["key"] for message in studio.workspace.messages()]
    assert sorted(keys) == sorted(key for key, state, _ in rows if state == "sent")


def _check_nothing_is_left_of_the_deleted(studio: Studio) -> None:
    """No word of a deleted post stands anywhere: rows, payloads, set-aside items, cards."""
    with transaction(studio.tools.engine) as session:
        deleted = session.scalars(select(Post).where(col(Post.deleted_at).is_not(None))).all()
        raw = session.scalars(
            select(PostVersion.raw).where(col(PostVersion.post_id).in_([p.id for p in deleted]))
        ).all()
        aside = session.scalars(select(SetAsideItem.raw)).all()
        payloads = session.scalars(select(Delivery.payload)).all()
    assert deleted
    assert all(post.text == "" and post.author_id is None for post in deleted)
    assert set(raw) == {None}
    words = [true for true in load_studio().content.posts if true.deleted and true.source == "reddit"]
    everything = f"{aside} {payloads} {studio.workspace.messages()}"
    assert [post.id for post in words if post.text[:60] in everything] == []
