"""Fetching a history: behind live listening, with a cursor of its own, and unharmed by whatever breaks it off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text

from collectors.base import Cursor, Page, Post, PostKind, RawPost, SourceBusy, SourceRefused
from service.actions import sources as actions
from service.domain.backfills import BackfillState, progress
from service.errors import Conflict
from service.jobs.queue import queue
from service.jobs.tasks import run_stage
from service.models import Backfill, Source, SourceGap
from service.models import Post as StoredPost
from service.models.columns import id_of
from service.pipeline import backfill, flow, upkeep
from service.pipeline.outcome import Outcome
from service.store.database import transaction
from service.testing.factories import make_gap, make_source
from service.testing.tools import make_tools, scripted

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Archive:
    """A platform with pages of two posts, newest first, a day apart; a cursor names the next page."""

    def __init__(self, pages: int, *, stops_at: int | None = None, gap: bool = False, resumable: bool = True) -> None:
        self.count = pages
        self.error: Exception | None = None
        self.stops_at = stops_at
        self.gap = gap
        self.resumable = resumable
        self.asked: list[int] = []
        self.sinces: list[datetime | None] = []

    def pages(self, cursor: Cursor | None, *, since: datetime | None = None) -> Iterator[Page]:
        """From the page that the cursor names down to the oldest."""
        self.sinces.append(since)
        start = int(str((cursor or {}).get("next", 0)))
        for number in range(start, self.count):
            if number == self.stops_at and self.error is not None:
                raise self.error
            self.asked.append(number)
            at = NOW - timedelta(days=number)
            posts = [self.parse({"id": f"{number}{part}", "at": at.isoformat()}) for part in "ab"]
            last = number == self.count - 1
            where: Cursor | None = {"next": number + 1} if self.resumable or last else None
            yield Page(posts=posts, cursor=where, total=2 * self.count, gap="Not all." if self.gap and last else None)

    def parse(self, raw: RawPost) -> Post:
        """A post of the archive."""
        at = datetime.fromisoformat(str(raw["at"]))
        return Post(kind=PostKind.POST, external_id=str(raw["id"]), url=None, text="Old.", created_at=at, raw=raw)


@pytest.fixture
def source_id(database: Engine) -> int:
    """A source that has been listened to."""
    with transaction(database) as session:
        return id_of(make_source(session, name="forum", cursor={"live": 7}, next_due_at=NOW, every_minutes=10))


def ask(engine: Engine, *, since: datetime | None = None) -> None:
    """What the verb does."""
    with transaction(engine) as session:
        actions.fetch_history(session, "forum", since=since, by="kim", now=NOW, queue=queue)


def jobs(engine: Engine) -> list[tuple[str, int]]:
    """Task and priority of what is queued, in order."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT task_name, priority FROM procrastinate_jobs ORDER BY id"))
        return [(name, priority) for name, priority in rows]


def work(engine: Engine, source_id: int, archive: Archive) -> None:
    """One job, as a worker runs it."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = 'backfill'"))
    backfill.run(source_id, make_tools(engine, clock=lambda: NOW, collector=scripted(archive)), queue)


def stored(engine: Engine) -> tuple[Source, Backfill, int]:
    """The source, its history, and how many posts we hold."""
    with transaction(engine) as session:
        posts = len(session.scalars(select(StoredPost.id)).all())
        return session.scalars(select(Source)).one(), session.scalars(select(Backfill)).one(), posts


def test_a_history_comes_in_small_jobs_and_leaves_the_live_cursor_alone(database: Engine, source_id: int) -> None:
    """Ten pages a job; each job queues the next, behind everything live, and so are the posts that it brings."""
    archive = Archive(25)
    ask(database)
    assert jobs(database) == [("backfill", -10)]
    for expected in (20, 40, 50):
        work(database, source_id, archive)
        source, begun, posts = stored(database)
        assert (posts, begun.posts, begun.new_count, source.cursor) == (expected, expected, expected, {"live": 7})
        assert jobs(database).count(("backfill", -10)) == (1 if expected < 50 else 0)
        assert {priority for _, priority in jobs(database)} == {-10}
    assert begun.state == BackfillState.DONE
    assert archive.asked == list(range(25))
    assert begun.oldest_at == NOW - timedelta(days=24)


def test_what_follows_from_a_history_stays_behind_the_live(database: Engine) -> None:
    """A stage's successors have its job's priority, so that live posts overtake at every stage."""
    tools = make_tools(database)
    for priority in (-10, 0):
        run_stage("link", lambda *_: Outcome(next=flow.follow("link", [1])), [1], tools, priority=priority)
    assert jobs(database) == [("group", -10), ("group", 0)]


def test_a_busy_platform_is_waited_for_and_a_refusal_stops_it(database: Engine, source_id: int) -> None:
    """What came is kept; after the wait, and after "backfill" is said once more, it goes on where it was."""
    archive = Archive(8, stops_at=3)
    archive.error = SourceBusy("Away.", retry_after=7200)
    ask(database)
    work(database, source_id, archive)
    _, begun, posts = stored(database)
    assert (posts, begun.state, begun.reason, begun.failure_count) == (6, BackfillState.RUNNING, "Away.", 1)
    assert ("backfill", -10) in jobs(database)

    archive.error = SourceRefused("No more.", what_to_do="Pay.")
    work(database, source_id, archive)
    assert stored(database)[1].state == BackfillState.STOPPED
    work(database, source_id, archive)  # a job that was left over does nothing

    archive.error = None
    ask(database)
    work(database, source_id, archive)
    assert stored(database)[1].state == BackfillState.DONE
    assert archive.asked == list(range(8))


def test_what_cannot_be_gone_on_from_is_not_left_in_the_middle(database: Engine, source_id: int) -> None:
    """A collector that names no place until its end is heard out in one job; the next one finds nothing more."""
    archive = Archive(25, resumable=False)
    ask(database)
    work(database, source_id, archive)
    assert archive.asked == list(range(25))
    work(database, source_id, archive)
    assert stored(database)[1].state == BackfillState.DONE
    assert archive.asked == list(range(25))


class Killed(BaseException):
    """The worker is gone."""


def test_a_kill_at_any_step_loses_and_doubles_nothing(database: Engine, source_id: int) -> None:
    """Dead at each step of each page in turn: the job that is handed back goes on from what was committed."""
    archive = Archive(4)
    ask(database)
    steps: list[str] = []

    def deadly(step: str) -> None:
        steps.append(step)
        if steps.count(step) % 2:  # each step is deadly at its first, third, … time
            raise Killed

    tools = make_tools(database, clock=lambda: NOW, collector=scripted(archive), observe=deadly)
    for _ in range(50):
        try:
            backfill.run(source_id, tools, queue)
        except Killed:
            continue
        if stored(database)[1].state == BackfillState.DONE:
            break
    source, begun, posts = stored(database)
    assert (posts, begun.posts, begun.new_count, begun.state) == (8, 8, 8, BackfillState.DONE)
    assert source.cursor == {"live": 7}
    assert set(steps) == {"backfill:page written", "backfill:page stored", "backfill:carried on"}


def test_a_history_that_is_whole_fills_the_gaps_in_it(database: Engine, source_id: int) -> None:
    """Those that lie within it; one that the platform cut short fills none and is a gap itself."""
    with transaction(database) as session:
        source = session.get_one(Source, source_id)
        make_gap(session, source, "inside", since=NOW - timedelta(days=3), last_noted_at=NOW - timedelta(hours=1))
        make_gap(session, source, "before", since=NOW - timedelta(days=30), last_noted_at=NOW - timedelta(hours=1))
    since = NOW - timedelta(days=9)
    for archive, still_open in (
        (Archive(3, gap=True), ["inside", "before", "Not all."]),
        (Archive(3), ["before", "Not all."]),
    ):
        ask(database, since=since)
        work(database, source_id, archive)
        assert archive.sinces == [since]
        with transaction(database) as session:
            gaps = session.scalars(select(SourceGap).order_by(SourceGap.id))  # type: ignore[arg-type]
            assert [gap.words for gap in gaps if gap.filled_at is None] == still_open


def test_a_history_that_no_job_remembers_is_gone_on_with(database: Engine, source_id: int) -> None:
    """The sweep finds it while it runs, and not when it is done."""
    ask(database)
    with transaction(database) as session:
        assert [job.task for job in upkeep.forgotten(session, NOW).next] == ["backfill"]
    work(database, source_id, Archive(1))
    with transaction(database) as session:
        assert not [job for job in upkeep.forgotten(session, NOW).next if job.task == "backfill"]


def test_a_source_that_is_off_gets_no_history(database: Engine, source_id: int) -> None:
    """The verb says so; a job that was queued before does nothing."""
    ask(database)
    with transaction(database) as session:
        session.get_one(Source, source_id).enabled = False
    archive = Archive(2)
    work(database, source_id, archive)
    assert archive.asked == []
    with pytest.raises(Conflict, match="switched off"):
        ask(database)


@pytest.mark.parametrize(
    ("since_days", "oldest_days", "posts", "total", "share"),
    [
        (10, 5, 3, 99, 0.5),
        (10, 12, 3, 99, 1.0),
        (None, 5, 33, 99, 1 / 3),
        (None, 5, 3, None, None),
        (10, None, 0, 9, None),
    ],
)
def test_how_far_a_history_is(
    since_days: int | None, oldest_days: int | None, posts: int, total: int | None, share: float | None
) -> None:
    """By time where it has a beginning, else by what the platform counts, else nobody can tell."""
    told = progress(
        posts=posts,
        total=total,
        oldest_at=None if oldest_days is None else NOW - timedelta(days=oldest_days),
        since=None if since_days is None else NOW - timedelta(days=since_days),
        asked_at=NOW,
    )
    assert told == (None if share is None else pytest.approx(share))
