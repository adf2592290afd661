"""What a kind's passport forbids, no path does. Every kind there is, so that a new one is covered when it is named."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from collectors import registry
from collectors.base import Passport
from service import bootstrap
from service.actions.correct import label
from service.domain.corrections import Origin
from service.models import Customer, Identity, Post, PostVersion, Source
from service.models.columns import id_of
from service.pipeline import link, upkeep
from service.store import corrections, sources
from service.store.database import transaction
from service.testing.factories import (
    NOW,
    make_author,
    make_customer,
    make_order,
    make_post,
    make_set_aside,
    make_source,
)
from service.testing.tools import make_tools
from service.tools import Tools

Storing = Callable[[], AbstractContextManager[Session]]
KINDS = registry.kinds()


def passport(kind: str) -> Passport:
    """What the kind's terms permit."""
    return registry.spec(kind).passport


def vouched(kind: str) -> bool:
    """Whether the operator's word counts there: no platform has terms of its own."""
    return registry.spec(kind).home is None


def tools_of(database: Engine) -> Tools:
    """The real wiring at a fixed time."""
    return make_tools(database, clock=lambda: NOW)


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_authors_are_tied_to_customers_only_where_they_may_be(database: Engine, kind: str, own: bool) -> None:
    """Even an order number and a verified address tie nobody against the terms, and no record is opened of them."""
    with transaction(database) as session:
        customer = make_customer(session, email="ada@example.org")
        order = make_order(session, customer)
        source = make_source(session, kind=kind, own=own)
        author = make_author(session, scope=kind)
        known = {"order_number": order.number, "verified_email": "ada@example.org", "linked_version": 0}
        post = id_of(make_post(session, source, author=author, **known))
        stranger = id_of(make_post(session, source, author=make_author(session, scope=kind), linked_version=0))
    with transaction(database) as session:
        link.run(session, [post, stranger], tools_of(database))
    with transaction(database) as session:
        tied = bool(session.scalars(select(Identity)).all())
        records = len(session.scalars(select(Customer)).all())
    allowed = passport(kind).may_link or (own and vouched(kind))
    assert tied == allowed
    assert (records > 1) <= allowed


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_models_learn_only_from_texts_that_they_may(database: Engine, kind: str, own: bool) -> None:
    """A person may label any post; what is fitted to it is another matter."""
    with transaction(database) as session:
        post = make_post(session, make_source(session, kind=kind, own=own))
        label(session, id_of(post), {"sentiment": "negative"}, by="kim", origin=Origin.COMPLAINT, now=NOW)
    with transaction(database) as session:
        texts = corrections.all_texts(session, may_train=tools_of(database).may_train)
    assert bool(texts) == (passport(kind).may_train or (own and vouched(kind)))


@pytest.mark.parametrize("kind", KINDS)
def test_payloads_go_when_their_time_is_over_and_not_before(database: Engine, kind: str) -> None:
    """An hour before, they are there; an hour after, they are not, set-aside ones included."""
    days = passport(kind).keep_raw_days
    limit = timedelta(days=days if days is not None else 3650)
    kept: dict[timedelta, bool] = {}
    for age in (limit - timedelta(hours=1), limit + timedelta(hours=1)):
        with transaction(database) as session:
            source = make_source(session, kind=kind)
            post = id_of(make_post(session, source, last_seen_at=NOW - age))
            item = make_set_aside(session, source, place="page 1", reason="no date", raw="as received")
            item.last_seen_at = NOW - age
            number = item.id
        with transaction(database) as session:
            upkeep.forget_raw(session, tools_of(database))
        with transaction(database) as session:
            raw = session.scalars(select(PostVersion.raw).where(col(PostVersion.post_id) == post)).one()
            aside = session.get_one(type(item), number).raw
        assert bool(raw) == bool(aside)
        kept[age] = bool(raw)
    assert list(kept.values()) == [True, days is None]


@pytest.mark.parametrize("kind", KINDS)
def test_posts_are_looked_up_again_as_often_as_is_asked(database: Engine, kind: str) -> None:
    """Where the passport says so, within its hours; elsewhere never."""
    tools, hours = tools_of(database), passport(kind).recheck_hours
    with transaction(database) as session:
        make_source(session, kind=kind)
    taken = []
    for later in (timedelta(), timedelta(minutes=30), timedelta(hours=hours or 1)):
        with transaction(database) as session:
            taken.append(len(sources.take_due_rechecks(session, now=NOW + later, every=tools.rechecks)))
    assert taken == ([1, 0, 1] if hours is not None else [0, 0, 0])


def test_learning_forgets_what_was_deleted(database: Engine) -> None:
    """A labelled post that is deleted makes another lesson due, which is fitted without it."""
    with transaction(database) as session:
        source = make_source(session)
        post = make_post(session, source)
        label(session, id_of(post), {"sentiment": "negative"}, by="kim", origin=Origin.COMPLAINT, now=NOW)
        before = corrections.state(session)
        row = session.get_one(Post, post.id)
        row.deleted_at = NOW
        session.flush()
        assert corrections.state(session) != before
        assert corrections.all_texts(session, may_train=lambda _: True) == []
        for content in (b"old", b"new"):
            corrections.start_lesson(session, models="m", seen=before, now=NOW).content = content
        newest = corrections.newest_lesson(session)
        assert newest is not None
        corrections.forget_earlier(session, newest[0])
        session.flush()
        assert corrections.lesson(session, newest[0]).content == b"new"
        assert corrections.lesson(session, newest[0] - 1).content == b""


def test_every_source_names_a_kind_with_a_passport(database: Engine) -> None:
    """An unknown kind, of a later version, is allowed nothing on the pages."""

    with transaction(database) as session:
        unknown = make_source(session, kind="telepathy", own=True)
        assert not bootstrap.may_pass_on(unknown)
        assert not bootstrap.linkable().allows(Source(name="x", kind="telepathy", own=True, next_due_at=NOW))
