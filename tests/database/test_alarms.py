"""A source that needs somebody is told of once an occurrence, and what was told is mended when it speaks again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, select, text
from sqlmodel import col

from collectors.base import CollectorError, Page, Post, PostKind, RawPost, SourceBusy, SourceRefused
from service.domain.routing import Destination
from service.jobs.queue import queue
from service.models import Delivery, Source, SourceRun
from service.models.columns import id_of
from service.pipeline import collect, deliver
from service.store import sources
from service.store.database import transaction
from service.testing import slack
from service.testing.factories import make_source
from service.testing.slack.workspace import Channel, Workspace
from service.testing.tools import ScriptedCollector, make_tools, scripted

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NO_KEY = SourceRefused("The key is wrong.", what_to_do="Give another.")
STUDIO = Destination("slack", "#studio")


@dataclass
class Bench:
    """One source, a Slack, and what a worker would do with them."""

    engine: Engine
    source_id: int
    workspace: Workspace
    environment: dict[str, str]
    alarms: tuple[Destination, ...] = (STUDIO,)

    def listen(self, *pages: Page | CollectorError, at: datetime = NOW) -> None:
        """Listen once, and carry out the deliveries that were queued."""
        collector = ScriptedCollector(pages)
        tools = make_tools(
            self.engine,
            environment=self.environment,
            clock=lambda: at,
            collector=scripted(collector),
            alarms=self.alarms,
        )
        collect.run(self.source_id, tools, queue)
        with self.engine.begin() as connection:
            ordered = "DELETE FROM procrastinate_jobs WHERE task_name = 'deliver' RETURNING args"
            wanted = [int(arguments["delivery_id"]) for (arguments,) in connection.execute(text(ordered))]
        for number in wanted:
            deliver.run(number, tools)

    def told(self) -> list[str]:
        """The messages that stand in the channel, as a notification shows them."""
        return [str(message["text"]) for message in self.workspace.messages()]

    def deliveries(self) -> list[Delivery]:
        """All of the outbox."""
        with transaction(self.engine) as session:
            return list(session.scalars(select(Delivery).order_by(col(Delivery.id))))


@pytest.fixture
def bench(database: Engine) -> Iterator[Bench]:
    """A source that was listened to since long ago, and answered yesterday."""
    workspace = Workspace()
    workspace.channels.append(Channel(id="C0STUDIO0", name="studio"))
    with transaction(database) as session:
        source = make_source(session, name="reviews", next_due_at=NOW, last_succeeded_at=NOW - timedelta(days=1))
        began = NOW - timedelta(days=30)
        session.add(SourceRun(source_id=id_of(source), started_at=began, ended_at=began, state="listening"))
        source_id = id_of(source)
    with slack.running(workspace) as url:
        yield Bench(database, source_id, workspace, {"SLACK_BOT_TOKEN": workspace.token, "SLACK_API_URL": url})


def hourly(until: datetime, count: int = 40) -> Page:
    """A post an hour, the last of them at a moment."""
    return Page(posts=[_post(f"{until:%d%H}-{n}", until - timedelta(hours=n)) for n in range(count)])


def _post(external_id: str, at: datetime) -> Post:
    raw: RawPost = {"id": external_id}
    return Post(kind=PostKind.POST, external_id=external_id, url=None, text="It crashes.", created_at=at, raw=raw)


def test_a_refusal_is_told_once_and_mended(bench: Bench) -> None:
    """However often it is asked again in vain; the message changes when it answers, and the next refusal is news."""
    bench.listen(NO_KEY)
    (message,) = bench.told()
    assert "refuses to be read" in message
    assert "The key is wrong. Give another." in message
    assert "earful source retry reviews" in message

    for hours in (1, 2):
        with transaction(bench.engine) as session:
            sources.try_again(session, "reviews", now=NOW)
        bench.listen(NO_KEY, at=NOW + timedelta(hours=hours))
    assert len(bench.told()) == 1

    with transaction(bench.engine) as session:
        sources.try_again(session, "reviews", now=NOW)
    bench.listen(Page(not_modified=True), at=NOW + timedelta(hours=3))
    (message,) = bench.told()
    assert "speaks again" in message
    assert "The key is wrong" not in message

    bench.listen(NO_KEY, at=NOW + timedelta(hours=9))
    assert ["speaks again" in message for message in bench.told()] == [True, False]


def test_a_silence_is_told_once_and_mended(bench: Bench) -> None:
    """Learnt from its own rhythm; also when nothing but failures follow, and another silence is another message."""
    newest = NOW - timedelta(hours=1)
    bench.listen(hourly(newest))
    assert bench.told() == []
    for hours in range(5, 9):
        bench.listen(Page(not_modified=True), at=NOW + timedelta(hours=hours))
    bench.listen(SourceBusy("No answer."), at=NOW + timedelta(hours=9))
    (message,) = bench.told()
    assert "silent for unusually long" in message
    assert "seldom quiet for longer than 2 hours" in message

    later = NOW + timedelta(hours=10)
    bench.listen(Page(posts=[_post("again", later)]), at=later)
    assert ["speaks again" in message for message in bench.told()] == [True]

    bench.listen(Page(not_modified=True), at=later + timedelta(days=3))
    assert ["speaks again" in message for message in bench.told()] == [True, False]


def test_a_place_that_was_silent_before_we_came_is_no_news(bench: Bench) -> None:
    """It is shown as silent, and nobody is called."""
    bench.listen(hourly(NOW - timedelta(days=60)))
    with transaction(bench.engine) as session:
        assert session.get_one(Source, bench.source_id).quiet_since == NOW - timedelta(days=60)
    assert bench.deliveries() == []


def test_without_alarms_nobody_is_told(bench: Bench) -> None:
    """The pages and doctor still say it."""
    bench.alarms = ()
    bench.listen(NO_KEY)
    assert bench.deliveries() == []


def test_what_is_over_before_it_was_sent_never_leaves(bench: Bench) -> None:
    """Slack was away; when it is back, the source speaks again."""
    bench.workspace.faults.rate_limited = 1
    bench.listen(NO_KEY)
    assert bench.told() == []
    with transaction(bench.engine) as session:
        sources.try_again(session, "reviews", now=NOW)
    bench.listen(Page(not_modified=True), at=NOW + timedelta(hours=1))
    (delivery,) = bench.deliveries()
    deliver.run(id_of(delivery), make_tools(bench.engine, environment=bench.environment))
    assert bench.told() == []
    assert bench.deliveries()[0].state == "failed"


def test_a_kill_while_it_is_written_down_leaves_all_or_nothing(bench: Bench) -> None:
    """Killed before the commit: neither state nor message; the next run makes both, once."""

    class Killed(BaseException):
        pass

    def kill(step: str) -> None:
        if step == "collect:failure written":
            raise Killed

    tools = make_tools(
        bench.engine, clock=lambda: NOW, collector=scripted(ScriptedCollector([NO_KEY])), observe=kill, alarms=(STUDIO,)
    )
    with pytest.raises(Killed):
        collect.run(bench.source_id, tools, queue)
    assert bench.deliveries() == []
    with transaction(bench.engine) as session:
        assert session.get_one(Source, bench.source_id).state != "refused"
    bench.listen(NO_KEY)
    assert len(bench.told()) == 1


def test_two_workers_at_once_make_one_message(bench: Bench) -> None:
    """As when a job is taken for dead and given to another while the first still runs."""
    together = Barrier(2)

    class Together(ScriptedCollector):
        def pages(self, cursor: object, *, since: datetime | None = None) -> Iterator[Page]:
            del cursor, since
            together.wait(10)
            raise NO_KEY
            yield

    tools = make_tools(bench.engine, clock=lambda: NOW, collector=scripted(Together([])), alarms=(STUDIO,))
    workers = [Thread(target=collect.run, args=(bench.source_id, tools, queue)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    (delivery,) = bench.deliveries()
    assert (delivery.source_id, delivery.address, delivery.event) == (
        bench.source_id, "#studio", "refused:2026-11-19T12:00:00",
    )  # fmt: skip
