"""Turns at platforms: one budget for all who ask with one credential, kept by the server's clock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from collectors.base import SourceBusy
from collectors.net import Net
from service.store.database import transaction
from service.store.paces import SharedPace, digest_of_keys
from service.testing.factories import make_source
from service.testing.tools import make_tools
from tests.recorded.web import Reply, serve

PLACE = "api.example.org:443"


def pace(engine: Engine, *, step: float = 2.0, credential: str = "", platform: str | None = "steam") -> SharedPace:
    """Turns as a worker would have them."""
    return SharedPace(engine=engine, platform=platform, credential=credential, step=step)


def test_turns_follow_each_other_evenly(database: Engine) -> None:
    """The first is free at once, each later one a step after the one before."""
    waits = [pace(database).turn(PLACE, patience=60) for _ in range(4)]
    assert waits[0] == 0
    assert waits[1:] == pytest.approx([2, 4, 6], abs=0.5)


def test_many_workers_at_once_never_share_a_turn(database: Engine) -> None:
    """Twenty ask in the same moment, from connections of their own."""
    with ThreadPoolExecutor(8) as workers:
        waits = sorted(workers.map(lambda _: pace(database, step=10).turn(PLACE, patience=1000), range(20)))
    assert waits == pytest.approx([10 * number for number in range(20)], abs=3)


def test_a_turn_that_is_too_far_off_is_not_taken(database: Engine) -> None:
    """Who does not wait takes nothing from those who come later."""
    pace(database, step=30).turn(PLACE, patience=10)
    first, second = (pace(database, step=30).turn(PLACE, patience=10) for _ in range(2))
    assert first == pytest.approx(30, abs=1)
    assert second == pytest.approx(first, abs=1)


def test_budgets_are_by_platform_and_credential(database: Engine) -> None:
    """Other keys, another platform, another server of a kind without a home: each a budget of its own."""
    pace(database).turn(PLACE, patience=10)
    assert pace(database, credential="other").turn(PLACE, patience=10) == 0
    assert pace(database, platform="reddit").turn(PLACE, patience=10) == 0
    assert pace(database, platform=None).turn("one.example:443", patience=10) == 0
    assert pace(database, platform=None).turn("two.example:443", patience=10) == 0
    assert pace(database, platform=None).turn("one.example:443", patience=10) > 0


def test_keys_are_told_apart_and_never_stored(database: Engine) -> None:
    """The digest changes with the key and does not hold it; a run stores only the digest."""
    one, two = ({"REDDIT_CLIENT_ID": "id", "REDDIT_CLIENT_SECRET": word} for word in ("hunter2", "hunter3"))
    assert digest_of_keys("reddit", one) != digest_of_keys("reddit", two)
    assert digest_of_keys("reddit", {}) == ""
    pace(database, credential=digest_of_keys("reddit", one)).turn(PLACE, patience=10)
    with database.connect() as connection:
        assert "hunter" not in str(connection.execute(text("SELECT * FROM platform_paces")).all())


def test_one_who_is_told_to_wait_tells_all_others(database: Engine) -> None:
    """A 429 that one worker meets keeps the next one from asking at all; it is told when to come back."""
    answers = [Reply(status=429, headers={"Retry-After": "600"}), Reply({"ok": True})]
    with serve(lambda _: answers.pop(0)) as web:
        shared = pace(database, step=0.001, platform=None)
        with Net(web.url, pacing=shared) as net, pytest.raises(SourceBusy) as met:
            net.json(f"{web.url}/a")
        with Net(web.url, pacing=pace(database, step=0.001, platform=None)) as net, pytest.raises(SourceBusy) as told:
            net.json(f"{web.url}/b")
    assert [asked.path for asked in web.asked] == ["/a"]
    assert met.value.retry_after == 600
    assert told.value.retry_after == pytest.approx(600, abs=5)


def test_what_is_configured_is_what_a_run_keeps_to(database: Engine) -> None:
    """A server on this machine is asked as fast as it bears unless the source names a pace; the contact is sent."""
    with serve(lambda _: Reply(status=304)) as web, transaction(database) as session:
        options = {"url": f"{web.url}/feed"}
        free = make_source(session, kind="feed", options=options, base_url=web.url)
        slow = make_source(session, kind="feed", options=options, base_url=web.url, pace_seconds=90.0)
        tools = make_tools(database, environment={"EARFUL_CONTACT": "mailto:us@example.org"})
        for _ in range(3):
            with tools.collector(free) as collector:
                list(collector.pages({"entries": {}}))
        with tools.collector(slow) as collector:
            list(collector.pages(None))
        with tools.collector(slow) as collector, pytest.raises(SourceBusy, match=r"left alone for \d\d seconds"):
            list(collector.pages(None))
    assert len(web.asked) == 4
    assert web.asked[0].headers["user-agent"] == "Earful/0.1 (self-hosted social listening; mailto:us@example.org)"
