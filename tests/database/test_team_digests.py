"""The teams of company.yaml get their digests by themselves: each once, whoever dies or runs twice."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import Engine, select

from service.configuration.company import DigestRhythm, Team
from service.jobs import timetable
from service.models import Channel, Delivery
from service.pipeline import deliver, team_digest
from service.store.database import transaction
from service.testing import slack
from service.testing.factories import make_issue, make_post, make_source
from service.testing.slack.workspace import Workspace
from service.testing.tools import make_tools
from service.tools import Tools
from tests.database.replying import Clock, Killed

COMMUNITY = Team(name="Community", channel="#community", digest=DigestRhythm.DAILY, digest_at=time(8, 30))
HEADS = Team(name="<!channel> R&D", channel="#support", digest=DigestRhythm.WEEKLY, digest_at=time(9))
QUIET = Team(name="Quiet", channel="#support", digest=DigestRhythm.NEVER, digest_at=time(8))


@dataclass
class Bench:
    """Three teams, a made-up Slack, and a clock."""

    engine: Engine
    workspace: Workspace
    clock: Clock
    tools: Tools

    def at(self, day: int, hour: int, minute: int = 0) -> None:
        """It is then, where the company is; the second of November 2026 is a Monday."""
        self.clock.now = datetime(2026, 11, day, hour, minute, tzinfo=self.tools.company.time_zone)

    def due(self) -> list[int]:
        """What a scheduler puts into the outbox."""
        with transaction(self.engine) as session:
            return [job.arguments["delivery_id"] for job in team_digest.due(session, self.tools)]

    def send(self, delivery_id: int, tools: Tools | None = None) -> float:
        """A worker sends it, until nothing is left to do; returns how long it wants to wait."""
        for _ in range(9):
            following = deliver.run(delivery_id, tools or self.tools).next
            if not following or following[0].wait_seconds > 60:
                return following[0].wait_seconds if following else 0.0
        raise AssertionError("it never comes to rest")

    def tick(self) -> None:
        """A scheduler and a worker, once."""
        for delivery_id in self.due():
            self.send(delivery_id)

    def titles(self) -> list[str]:
        """What stands in the channels, the oldest first."""
        ordered = sorted(self.workspace.messages(), key=lambda message: float(message["ts"]))
        return [str(message["blocks"][0]["text"]["text"]) for message in ordered]

    def states(self) -> dict[str, str]:
        """How far each digest is."""
        with transaction(self.engine) as session:
            return {each.key: each.state for each in session.scalars(select(Delivery))}


@pytest.fixture
def bench(database: Engine) -> Iterator[Bench]:
    """Earful listens since October."""
    workspace, clock = Workspace(), Clock()
    with slack.running(workspace) as url:
        tools = make_tools(
            database, environment={"SLACK_BOT_TOKEN": workspace.token, "SLACK_API_URL": url}, clock=clock
        )
        tools = replace(tools, company=replace(tools.company, teams=(COMMUNITY, HEADS, QUIET)))
        with transaction(database) as session:
            written = datetime(2026, 10, 30, tzinfo=tools.company.time_zone)
            post = make_post(session, make_source(session), created_at=written, first_seen_at=written)
            make_issue(session, title="<!here> *It* <http://evil.example|crashes>", posts=[post])
        yield Bench(database, workspace, clock, tools)


def test_each_team_gets_its_digest_once_at_its_time(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Daily, weekly on Mondays, never; late on the same day where nothing ran, and not for days that are over."""
    bench.at(2, 8, 29)
    bench.tick()
    assert bench.titles() == []
    bench.at(2, 8, 30)
    bench.tick()
    assert bench.titles() == ["Community: 01 November"]
    bench.at(2, 17)  # nothing ran at nine
    bench.tick()
    bench.tick()
    assert bench.titles()[1:] == ["<!channel> R&D: 26 October to 01 November"]
    assert "<!here> *It* <http://evil.example|crashes>" in str(bench.workspace.messages())

    bench.at(5, 0, 5)  # nothing ran on Tuesday and Wednesday
    bench.tick()
    assert len(bench.titles()) == 2
    bench.at(5, 12)
    with caplog.at_level(logging.WARNING):
        bench.tick()
    assert bench.titles()[2:] == ["Community: 04 November"]
    assert [(each.message, vars(each)["number"]) for each in caplog.records] == [("digests_skipped", 2)]
    assert set(bench.states().values()) == {"sent"}


def test_two_schedulers_and_dying_workers_send_one(bench: Bench) -> None:
    """Whatever dies before or after it left, the next worker looks, and there is one."""
    bench.at(3, 8, 30)
    with transaction(bench.engine) as first, transaction(bench.engine) as second:
        jobs = team_digest.due(first, bench.tools)
        first.commit()
        assert team_digest.due(second, bench.tools) == []
    timetable.queue_due_digests(bench.tools)
    (job,) = jobs

    for step in ("deliver:prepared", "deliver:acted"):

        def observe(name: str, step: str = step) -> None:
            if name == step:
                raise Killed

        with pytest.raises(Killed):
            deliver.run(job.arguments["delivery_id"], replace(bench.tools, observe=observe))
    bench.send(job.arguments["delivery_id"])
    assert bench.titles() == ["Community: 02 November"]
    assert bench.states() == {"digest:Community:daily:2026-11-03>slack": "sent"}


def test_one_that_did_not_leave_on_its_day_is_skipped(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """It says why, in the log and on the page; so does that of a team which is gone."""
    bench.at(3, 8, 30)
    (old,) = bench.due()
    bench.at(4, 8, 30)
    with caplog.at_level(logging.WARNING):
        bench.send(old)
    bench.tick()
    assert bench.titles() == ["Community: 03 November"]
    assert bench.states()["digest:Community:daily:2026-11-03>slack"] == "failed"
    assert [each.message for each in caplog.records] == ["digest_skipped"]

    bench.at(5, 8, 30)
    (gone,) = bench.due()
    bench.send(gone, replace(bench.tools, company=replace(bench.tools.company, teams=())))
    with transaction(bench.engine) as session:
        assert session.get_one(Delivery, gone).problem == "company.yaml has no team Community any more."


def test_a_pause_holds_it_and_a_channels_own_choice_is_kept(bench: Bench) -> None:
    """Held over its day it comes when the pause ends; who chose with `/earful digest` gets what they chose."""
    bench.at(2, 9)
    until = bench.clock.now + timedelta(days=1, hours=1)
    with transaction(bench.engine) as session:
        made = {"target": "slack", "workspace": bench.workspace.team}
        session.add(Channel(address="#community", address_by_id="C0COMMUNITY", paused_until=until, **made))
        session.add(Channel(address="#support", address_by_id="C0SUPPORT", digest="never", **made))
    (held,) = bench.due()
    assert bench.send(held) == timedelta(days=1, hours=1).total_seconds()
    assert bench.titles() == []
    bench.clock.now = until
    bench.send(held)
    assert bench.titles() == ["Community: 01 November"]


def test_nothing_is_told_of_the_time_before_earful_listened(bench: Bench) -> None:
    """On the day of its installation there is no digest. Without Slack, those that follow are kept for the preview."""
    bench.at(30, 8, 30)
    bench.clock.now -= timedelta(days=32)
    assert bench.due() == []

    bench.at(3, 8, 30)
    (kept,) = bench.due()
    bench.send(kept, replace(make_tools(bench.engine, clock=bench.clock), company=bench.tools.company))
    with transaction(bench.engine) as session:
        delivery = session.get_one(Delivery, kept)
        assert delivery.state == "sent"
        assert "Community: 02 November" in str(delivery.payload)
    assert bench.titles() == []
