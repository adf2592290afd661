"""Forgotten work is found again; payloads go when the platform's terms say so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from service.models import Delivery, PostVersion, SetAsideItem
from service.models.columns import id_of
from service.pipeline import upkeep
from service.store import deliveries
from service.store.database import transaction
from service.store.deliveries import Wanted
from service.testing.factories import NOW, make_post, make_set_aside, make_source
from service.testing.tools import make_tools


def test_posts_and_cards_that_no_job_remembers_get_one(database: Engine) -> None:
    """What stands unfinished for a quarter of an hour begins again; what is done or fresh does not."""
    long_ago = NOW - timedelta(hours=1)
    with transaction(database) as session:
        source = make_source(session)
        stuck = id_of(make_post(session, source, routed_version=0, last_seen_at=long_ago))
        make_post(session, source, routed_version=0, last_seen_at=NOW)
        done = make_post(session, source, last_seen_at=long_ago)
        wanted = Wanted(post_id=id_of(done), target="slack", address="#rnd", reason="because", rules=["Bugs"])
        (card,) = deliveries.ask(session, [wanted], now=long_ago)
    with transaction(database) as session:
        jobs = upkeep.forgotten(session, NOW).next

    assert [(job.task, job.arguments) for job in jobs] == [
        ("understand", {"post_ids": [stuck]}),
        ("deliver", {"delivery_id": card}),
    ]


def test_a_sent_card_is_not_forgotten_work(database: Engine) -> None:
    """Only what was to leave and did not."""
    with transaction(database) as session:
        post = make_post(session, make_source(session))
        wanted = Wanted(post_id=id_of(post), target="slack", address="#rnd", reason="because", rules=["Bugs"])
        deliveries.ask(session, [wanted], now=NOW - timedelta(days=1))
        session.scalars(select(Delivery)).one().state = "sent"
    with transaction(database) as session:
        assert not upkeep.forgotten(session, NOW).next


@pytest.mark.parametrize(("kind", "days", "kept"), [("reddit", 1, True), ("reddit", 3, False), ("steam", 300, True)])
def test_payloads_are_kept_as_long_as_the_passport_allows(database: Engine, kind: str, days: int, kept: bool) -> None:
    """Reddit's go two days after the post was last seen; Steam's stay."""
    with transaction(database) as session:
        source = make_source(session, kind=kind)
        post = make_post(session, source, last_seen_at=NOW - timedelta(days=days))
        session.scalars(select(PostVersion)).one().raw = {"text": "as received"}
        item = make_set_aside(session, source, place="page 1", reason="no date", raw="as received")
        item.last_seen_at = post.last_seen_at
    with transaction(database) as session:
        upkeep.forget_raw(session, make_tools(database, clock=lambda: NOW))
    with transaction(database) as session:
        raw, aside = (
            session.scalars(select(PostVersion.raw)).one(),
            session.scalars(select(col(SetAsideItem.raw))).one(),
        )

    assert (raw, aside) == (({"text": "as received"}, "as received") if kept else (None, ""))
