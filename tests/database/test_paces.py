"""Turns at platforms: one budget for all who ask with one credential, kept by the server's clock."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from collectors.base import Page, SourceBusy
from collectors.net import Net
from service.models import Source
from service.store.database import transaction
from service.store.paces import SharedPace, digest_of_keys
from service.testing.factories import make_source
from service.testing.tools import make_tools
from tests.recorded import platforms
from tests.recorded.shop import product
from tests.recorded.web import Asked, Reply, serve

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


def test_who_needs_more_time_between_two_requests_gets_it(database: Engine) -> None:
    """A site's own delay, where it is longer than the pace; it holds for the others' next turn too."""
    slow = pace(database, step=1).turn(PLACE, patience=60, apart=20)
    assert [slow, pace(database, step=1).turn(PLACE, patience=60)] == [0, pytest.approx(20, abs=1)]
    assert pace(database, step=1).turn(PLACE, patience=60, apart=0.1) == pytest.approx(21, abs=1)


def test_two_crawls_never_ask_a_shop_at_once(database: Engine) -> None:
    """Two sources on one host, two workers, two crawling processes: one shop, asked in turns."""
    moments: list[float] = []

    def shop(asked: Asked) -> Reply:
        if asked.path != "/robots.txt":
            moments.append(time.monotonic())
        return Reply(product("Good.") if asked.path != "/robots.txt" else "", headers={"Content-Type": "text/html"})

    with serve(shop) as web, transaction(database) as session:
        pages = [" ".join(f"{web.url}/{name}{n}" for n in range(3)) for name in "ab"]
        crawled = [
            make_source(
                session, kind="product_pages", options={"url": each}, base_url=web.url, pace_seconds=0.5, name=each[-2:]
            )
            for each in pages
        ]
        tools = make_tools(database)

        def crawl(source: Source) -> int:
            with tools.collector(source) as collector:
                return sum(len(page.posts) for page in collector.pages(None))

        with ThreadPoolExecutor(2) as workers:
            assert list(workers.map(crawl, crawled)) == [3, 3]
    assert len(moments) == 6
    assert max(moments) - min(moments) > 1.5  # five turns of half a second; two crawls side by side would need two


def test_reddit_s_client_takes_turns_and_tells_what_it_hears(database: Engine) -> None:
    """Each of PRAW's requests, the sign-in too; a budget that is spent ends the run and keeps every worker from asking.

    PRAW would sleep for the 400 seconds before its next request.
    """
    world = platforms.Reddit([platforms.submission(1)])
    spent = {"X-Ratelimit-Remaining": "0.0", "X-Ratelimit-Used": "1000", "X-Ratelimit-Reset": "400"}

    def answering(asked: Asked) -> Reply:
        reply = world(asked)
        return reply if asked.path == "/api/v1/access_token" else replace(reply, headers=spent)

    keys = {"REDDIT_CLIENT_ID": "id", "REDDIT_CLIENT_SECRET": "s3cret"}
    with serve(answering) as web, transaction(database) as session:
        options = {"subreddits": "lamps"}
        source = make_source(session, kind="reddit", options=options, base_url=web.url, pace_seconds=0.5)
        tools = make_tools(database, environment=keys)
        began = time.monotonic()
        found: list[Page] = []
        with tools.collector(source) as collector, pytest.raises(SourceBusy, match="left alone"):
            found.extend(collector.pages(None))
        assert 0.4 < time.monotonic() - began < 200  # a turn for the sign-in, a turn for the list
        with tools.collector(source) as collector, pytest.raises(SourceBusy, match="left alone") as busy:
            list(collector.pages(None))
    assert [post.external_id for page in found for post in page.posts] == ["t3_a1"]
    assert busy.value.retry_after == pytest.approx(400, abs=60)
    assert [asked.path for asked in web.asked] == ["/api/v1/access_token", "/r/lamps/new"]


def test_stack_exchange_s_backoff_outlives_the_run(database: Engine) -> None:
    """Said in the last answer of a run, or with a refusal: the next run, of any worker, does not ask."""
    answers = [
        Reply({"items": [], "backoff": 120}),
        Reply({"items": [], "quota_remaining": 0}),
        Reply({"error_id": 502, "error_message": "more requests available in 900 seconds"}, status=400),
    ]
    for answer, wait in zip(answers, (120, 3600, 900), strict=True):
        with serve(lambda _, answer=answer: answer) as web, transaction(database) as session:  # type: ignore[misc]  # a lambda's default
            options = {"tags": "lamps", "answers": False}
            name = f"for-{wait}"
            source = make_source(
                session, kind="stack_exchange", options=options, base_url=web.url, pace_seconds=0.01, name=name
            )
            tools = make_tools(database)
            with tools.collector(source) as collector, suppress(SourceBusy):
                list(collector.pages(None))
            with tools.collector(source) as collector, pytest.raises(SourceBusy, match="left alone") as busy:
                list(collector.pages(None))
        assert busy.value.retry_after == pytest.approx(wait, abs=60)
        assert len(web.asked) == 1
