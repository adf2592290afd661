"""A worker is killed in the middle of a history: the next ones fetch the rest, nothing is lost, nothing comes twice."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, func, select, text

from service.actions import sources as actions
from service.domain.backfills import BackfillState
from service.jobs.queue import queue
from service.models import Backfill, Delivery, Post, PostVersion, Reading, Source
from service.store.database import transaction
from service.testing import postgres
from service.testing.factories import NOW, make_source
from tests.journey.fragile import fragile_worker, hand_back, ready
from tests.recorded.platforms import Steam, steam_review
from tests.recorded.web import serve

REVIEWS = 67
PAGE = 5  # fourteen pages, of which a job fetches ten
DEATHS = (8, 5, 12, 2)  # at the so many-th step of each worker in turn; there are two for each page


def fetch(engine: Engine, deaths: tuple[int, ...]) -> tuple[dict[str, Any], list[str]]:
    """Fetch the history with workers that die; what came of it, and the steps at which they died."""
    killed: list[str] = []
    with serve(Steam([steam_review(number) for number in range(REVIEWS)])) as web, fragile_worker(engine, {}) as run:
        with transaction(engine) as session:
            options = {"appid": 440, "page_size": PAGE}
            make_source(session, name="old", kind="steam", base_url=web.url, options=options, cursor={"live": 7})
        with transaction(engine) as session:
            actions.fetch_history(session, "old", since=None, by="kim", now=NOW, queue=queue)
        for step in deaths:
            killed.append(run(f"kill {step}").removeprefix("killed "))
            hand_back(engine)
        while run("run") != "done" or ready(engine):
            hand_back(engine)
    return outcome(engine), killed


def outcome(engine: Engine) -> dict[str, Any]:
    """All that a kill could have lost or doubled."""
    with transaction(engine) as session:
        begun = session.scalars(select(Backfill)).one()
        return {
            "history": (begun.state, begun.pages, begun.posts, begun.new_count, begun.total, begun.gap),
            "live cursor": session.scalars(select(Source.cursor)).one(),
            "posts": sorted(session.execute(select(Post.external_id, Post.version)).all()),
            "versions": session.scalar(select(func.count()).select_from(PostVersion)),
            "read": sorted(session.scalars(select(Post.external_id).join(Reading)).all()),
            "not gone the whole way": session.scalars(select(Post.id).where(Post.routed_version < Post.version)).all(),
            "cards": session.scalar(select(func.count()).select_from(Delivery)),
            "jobs": session.execute(text("SELECT task_name, status FROM procrastinate_jobs")).all(),
        }


def test_a_worker_that_is_killed_in_a_history_loses_and_doubles_nothing(postgres_server: str, database: Engine) -> None:
    """SIGKILL four times, before and after pages were stored, in both jobs; the result is that of a quiet run."""
    with postgres.database(postgres_server) as quiet_database:
        quiet, _ = fetch(quiet_database, ())
    battered, killed = fetch(database, DEATHS)

    assert battered == quiet
    assert quiet["history"][:4] == (BackfillState.DONE, 15, REVIEWS, REVIEWS)
    assert len(quiet["posts"]) == len(quiet["read"]) == REVIEWS
    assert quiet["not gone the whole way"] == []
    assert quiet["jobs"] == []
    assert quiet["live cursor"] == {"live": 7}
    assert set(killed) == {"backfill:page written", "backfill:page stored"}
    assert len(killed) == len(DEATHS)
