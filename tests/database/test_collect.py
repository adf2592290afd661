"""Listening to a source: page by page, with the cursor, and with the truth about what did not come."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text

from collectors.base import CollectorError, Page, Post, PostKind, SetAside, SourceBusy, SourceRefused
from service.jobs.queue import queue
from service.models import Post as StoredPost
from service.models import SetAsideItem, Source, SourceGap, SourceRun
from service.models.columns import id_of
from service.pipeline import collect, recheck
from service.store import gaps, sources
from service.store.database import transaction
from service.testing.factories import make_gap, make_source
from service.testing.tools import ScriptedCollector, make_tools, scripted

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_post(external_id: str, words: str = "It crashes.") -> Post:
    """A post with an id."""
    return Post(
        kind=PostKind.POST,
        external_id=external_id,
        url=None,
        text=words,
        created_at=NOW - timedelta(days=1),
        raw={"id": external_id},
    )


@pytest.fixture
def source_id(database: Engine) -> int:
    """A source that is due."""
    with transaction(database) as session:
        return id_of(make_source(session, cursor={"at": 0}, next_due_at=NOW, every_minutes=10))


def listen(engine: Engine, source_id: int, *pages: Page | CollectorError) -> ScriptedCollector:
    """Listen once to these pages."""
    collector = ScriptedCollector(pages)
    tools = make_tools(engine, clock=lambda: NOW, collector=scripted(collector))
    collect.run(source_id, tools, queue)
    return collector


def held(engine: Engine) -> Source:
    """The source as it is stored."""
    with transaction(engine) as session:
        return session.scalars(select(Source)).one()


def last_run(engine: Engine) -> SourceRun:
    """The newest line of the source's log."""
    with transaction(engine) as session:
        return session.scalars(select(SourceRun).order_by(SourceRun.id.desc()).limit(1)).one()  # type: ignore[union-attr]


def queued_batches(engine: Engine) -> list[int]:
    """How many posts each queued job has."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT args FROM procrastinate_jobs WHERE task_name = 'understand' ORDER BY id")
        )
        return [len(arguments["post_ids"]) for (arguments,) in rows]


def test_posts_cursor_and_jobs_come_together(database: Engine, source_id: int) -> None:
    """Each page moves the cursor and queues what follows."""
    collector = listen(
        database,
        source_id,
        Page(posts=[a_post("1"), a_post("2")], cursor={"at": 1}),
        Page(posts=[a_post("3")], cursor={"at": 2}),
    )

    assert collector.cursors == [{"at": 0}]
    assert held(database).cursor == {"at": 2}
    assert queued_batches(database) == [2, 1]
    run = last_run(database)
    assert (run.state, run.pages, run.new_count) == ("listening", 2, 3)


def test_a_page_without_cursor_does_not_move_it(database: Engine, source_id: int) -> None:
    """A collector that cannot resume in the middle keeps the old place until it is through."""
    listen(database, source_id, Page(posts=[a_post("1")]))
    assert held(database).cursor == {"at": 0}


def test_what_came_before_a_failure_is_kept(database: Engine, source_id: int) -> None:
    """The pages before a fault are stored; the fault is written on the source in words."""
    listen(
        database,
        source_id,
        Page(posts=[a_post("1")], cursor={"at": 1}),
        SourceBusy("Steam asks to wait.", retry_after=7200),
    )

    source = held(database)
    assert (source.state, source.state_reason, source.cursor) == ("busy", "Steam asks to wait.", {"at": 1})
    assert source.next_due_at == NOW + timedelta(hours=2)
    assert queued_batches(database) == [1]


def test_a_source_that_refused_is_parked_until_a_person_acts(database: Engine, source_id: int) -> None:
    """Nobody asks it again, by time or by a job that was queued already; "try again" does."""
    listen(database, source_id, SourceRefused("The key is wrong.", what_to_do="Give another."))
    source = held(database)
    assert (source.state, source.state_reason) == ("refused", "The key is wrong. Give another.")

    later = NOW + timedelta(days=9)
    with transaction(database) as session:
        assert sources.take_due(session, now=later) == []
    assert listen(database, source_id, Page(posts=[a_post("1")])).cursors == []

    with transaction(database) as session:
        sources.try_again(session, source.name, now=later)
        assert [due.id for due in sources.take_due(session, now=later)] == [source_id]
    assert listen(database, source_id, Page(posts=[a_post("1")])).cursors == [{"at": 0}]
    assert held(database).state == "listening"


def test_a_source_that_stays_busy_is_asked_less_and_less_often(database: Engine, source_id: int) -> None:
    """Each wait is longer than the one before, and the third failure in a row is told as such."""
    waits = []
    for _ in range(4):
        listen(database, source_id, SourceBusy("No answer."))
        waits.append(held(database).next_due_at - NOW)
    assert waits == sorted(waits)
    assert waits[3] > 6 * waits[0]
    assert held(database).state_reason.startswith("No answer. It failed 4 times in a row")


@pytest.mark.parametrize(("digest", "state"), [("same", "refused"), ("another", "new")])
def test_changing_the_set_up_ends_the_parking(database: Engine, source_id: int, digest: str, state: str) -> None:
    """New options or keys are a person's answer; a mere restart is not."""
    with transaction(database) as session:
        source = sources.get(session, source_id)
        source.setup_digest = "same"
        row = {"name": source.name, "kind": source.kind, "options": {}, "every_minutes": 10, "enabled": True}
    listen(database, source_id, SourceRefused("The key is wrong.", what_to_do="Give another."))
    with transaction(database) as session:
        sources.synchronise(session, [{**row, "setup_digest": digest, "pace_seconds": None}], now=NOW)
    assert held(database).state == state


def test_a_good_run_ends_the_trouble(database: Engine, source_id: int) -> None:
    """After a success the source counts as listening again."""
    listen(database, source_id, SourceBusy("No answer."))
    listen(database, source_id, Page(not_modified=True))

    source = held(database)
    assert (source.state, source.state_reason, source.failure_count) == ("listening", "", 0)
    assert source.last_succeeded_at == NOW


def test_unreadable_items_are_shown_once_and_counted(database: Engine, source_id: int) -> None:
    """The same bad row in every poll is one line with a count; its neighbours are stored."""
    bad = SetAside(place="survey.csv line 12", reason="created_at is no date.", raw="31.02.")
    for _ in range(3):
        listen(database, source_id, Page(posts=[a_post("1")], set_aside=[bad]))

    with transaction(database) as session:
        items = session.scalars(select(SetAsideItem)).all()
        assert len(session.scalars(select(StoredPost)).all()) == 1
    assert [(item.place, item.seen_count) for item in items] == [("survey.csv line 12", 3)]


def open_gaps(engine: Engine) -> list[tuple[str, datetime | None, datetime | None]]:
    """What is missing, from when to when."""
    with transaction(engine) as session:
        gaps = session.scalars(select(SourceGap).where(SourceGap.filled_at.is_(None)).order_by(SourceGap.id))  # type: ignore[union-attr,arg-type]
        return [(gap.words, gap.since, gap.until) for gap in gaps]


def test_a_gap_is_written_down_for_good(database: Engine, source_id: int) -> None:
    """In words, and from the newest post that we had to the oldest that came; met again, it is the same gap."""
    listen(database, source_id, Page(posts=[replace(a_post("1"), created_at=NOW - timedelta(days=3))]))
    words = "1,000 posts came without one that we knew."
    listen(database, source_id, Page(posts=[a_post("2"), a_post("3")], gap=words))
    assert last_run(database).gap == words
    assert open_gaps(database) == [(words, NOW - timedelta(days=3), NOW - timedelta(days=1))]

    listen(database, source_id, Page(gap=words))
    assert open_gaps(database) == [(words, NOW - timedelta(days=3), NOW)]


def test_a_history_fills_the_gaps_that_lie_in_it(database: Engine, source_id: int) -> None:
    """What is older than the history stays open; what is noted later too."""
    with transaction(database) as session:
        source = sources.get(session, source_id)
        for days in (9, 3):
            make_gap(session, source, f"{days} days ago", since=NOW - timedelta(days=days), last_noted_at=NOW)
    since, later = NOW - timedelta(days=5), NOW + timedelta(minutes=1)
    with transaction(database) as session:
        assert gaps.fill(session, source_id, since=since, noted_before=NOW, by="by chance") == 0
        assert gaps.fill(session, source_id, since=since, noted_before=later, by="by fetching the history") == 1
    assert [words for words, _, _ in open_gaps(database)] == ["9 days ago"]
    with transaction(database) as session:
        assert gaps.fill(session, source_id, since=None, noted_before=later, by="by fetching all of it") == 1


@pytest.mark.parametrize(
    ("pages", "first", "later"),
    [
        ([Page(posts=[a_post("1")], total=1)], "news", "nothing_new"),
        ([Page()], "nothing_new", "nothing_new"),
        ([Page(not_modified=True)], "not_modified", "not_modified"),
        ([Page(total=0)], "nothing_new", "suspect"),
        ([], "nothing_new", "nothing_new"),
    ],
)
def test_silence_is_told_apart_from_nothing_at_all(
    database: Engine, source_id: int, pages: list[Page], first: str, later: str
) -> None:
    """A platform that says "nothing new" is believed; one that counts nothing where there was something is not."""
    listen(database, source_id, *pages)
    assert (last_run(database).heard, held(database).state_reason) == (first, "")

    listen(database, source_id, Page(posts=[a_post("1")]))
    listen(database, source_id, *pages)
    assert last_run(database).heard == later
    assert ("nothing at all" in held(database).state_reason) == (later == "suspect")


def test_unusual_silence_is_noticed_and_ends(database: Engine, source_id: int) -> None:
    """Learnt from the source's own rhythm: a post an hour makes a silence of a day news."""
    begun = NOW - timedelta(days=3)
    hourly = [replace(a_post(str(n)), created_at=begun + timedelta(hours=n)) for n in range(40)]
    listen(database, source_id, Page(posts=hourly))
    assert held(database).quiet_since == begun + timedelta(hours=39)
    assert held(database).usual_quiet_hours == 2

    listen(database, source_id, Page(posts=[replace(a_post("new"), created_at=NOW - timedelta(minutes=5))]))
    assert held(database).quiet_since is None


def test_a_source_that_is_off_is_not_asked(database: Engine, source_id: int) -> None:
    """A job that was queued before the switch does nothing."""
    with transaction(database) as session:
        session.get_one(Source, source_id).enabled = False
    assert listen(database, source_id, Page(posts=[a_post("1")])).cursors == []


class Rechecking(ScriptedCollector):
    """A platform that tells of deletions to those who ask."""

    def __init__(self) -> None:
        super().__init__([])
        self.asked: list[str] = []

    def recheck(self, external_ids: list[str]) -> Page:
        """One post is gone, another was edited."""
        self.asked += external_ids
        return Page(posts=[a_post("2", "Edited.")], gone=["1"])


def test_a_recheck_carries_out_edits_and_deletions(database: Engine, source_id: int) -> None:
    """What changed gets new work; the cursor stays where it was."""
    listen(database, source_id, Page(posts=[a_post("1"), a_post("2"), a_post("3")], cursor={"at": 1}))
    collector = Rechecking()
    tally = recheck.run(source_id, make_tools(database, clock=lambda: NOW, collector=scripted(collector)), queue)

    assert sorted(collector.asked) == ["1", "2", "3"]
    assert tally is not None
    assert (tally.gone, tally.changed) == (1, 1)
    assert held(database).cursor == {"at": 1}
    with transaction(database) as session:
        words = dict(session.execute(select(StoredPost.external_id, StoredPost.text)).all())
    assert words == {"1": "", "2": "Edited.", "3": "It crashes."}


class Looking(ScriptedCollector):
    """A platform that is asked about posts, and is away at the third question."""

    def __init__(self, *, fails_at: int) -> None:
        super().__init__([])
        self.asked: list[list[str]] = []
        self.fails_at = fails_at

    def recheck(self, external_ids: list[str]) -> Page:
        """Nothing changed."""
        if len(self.asked) + 1 == self.fails_at:
            raise SourceBusy("Away.")
        self.asked.append(external_ids)
        return Page()


def test_a_recheck_goes_on_where_it_stopped(database: Engine, source_id: int) -> None:
    """Each post is asked about once in its time, newest first, however often the platform is away."""
    newest_first = [str(number) for number in range(350)]
    moments = [NOW - timedelta(minutes=number) for number in range(350)]
    listen(
        database,
        source_id,
        Page(posts=[replace(a_post(name), created_at=at) for name, at in zip(newest_first, moments, strict=True)]),
    )
    asked = []
    for fails_at in (3, 9, 9):
        collector = Looking(fails_at=fails_at)
        tools = make_tools(
            database, clock=lambda: NOW, collector=scripted(collector), rechecks={"tabular": timedelta(hours=24)}
        )
        recheck.run(source_id, tools, queue)
        asked.append([name for batch in collector.asked for name in batch])
        if fails_at == 3:  # it comes back soon, and not with the next round
            again = held(database).recheck_due_at
            assert again is not None
            assert NOW + timedelta(minutes=10) < again < NOW + timedelta(minutes=30)
    assert asked == [newest_first[:200], newest_first[200:], []]
