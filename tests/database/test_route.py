"""Who must see a post or an issue, by the rules, once, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from service.domain.routing import AnyRule
from service.models import Case, Delivery, Issue, Post
from service.models.columns import id_of
from service.pipeline import route
from service.pipeline.outcome import Outcome
from service.store.database import transaction
from service.testing.factories import NOW, make_issue, make_post, make_source
from service.testing.tools import make_tools

RULES = """
rules:
  - name: Bugs
    when: {intent: bug_report}
    send: {slack: "#rnd"}
  - name: Angry
    when: {sentiment: negative}
    send: {slack: "#support"}
  - name: Issues
    on: issue
    when: {change: [opened, rising, returned]}
    send: {slack: "#rnd"}
"""
BUG: dict[str, Any] = {"intents": {"bug_report": 0.9}, "sentiment": "negative", "sentiment_score": 0.8}


@pytest.fixture
def rules(tmp_path: Any) -> Sequence[AnyRule]:
    """Three rules, read as the service reads them."""
    from service.configuration.routing import load_routing

    file = tmp_path / "routing.yaml"
    file.write_text(RULES, encoding="utf-8")
    return load_routing(file).rules


def route_posts(engine: Engine, rules: Sequence[AnyRule]) -> Outcome:
    """Run the stage over every post."""
    with transaction(engine) as session:
        ids = [int(i or 0) for i in session.scalars(select(col(Post.id)))]
        return route.run(session, ids, make_tools(engine, clock=lambda: NOW, rules=rules))


def route_issues(engine: Engine, rules: Sequence[AnyRule]) -> Outcome:
    """Run the stage over every issue."""
    with transaction(engine) as session:
        ids = [int(i or 0) for i in session.scalars(select(col(Issue.id)))]
        return route.run_issues(session, ids, make_tools(engine, clock=lambda: NOW, rules=rules))


def deliveries(engine: Engine) -> list[Delivery]:
    """What is in the outbox."""
    with transaction(engine) as session:
        return list(session.scalars(select(Delivery).order_by(col(Delivery.address))))


def test_a_post_goes_where_the_rules_say_with_a_reason(database: Engine, rules: Sequence[AnyRule]) -> None:
    """Two rules, two channels, one case, and a job for each card."""
    with transaction(database) as session:
        make_post(session, make_source(session), reading=BUG, routed_version=0)
    outcome = route_posts(database, rules)

    assert [(d.address, d.state) for d in deliveries(database)] == [("#rnd", "approved"), ("#support", "approved")]
    assert "reports a bug" in deliveries(database)[0].reason
    assert "rule 'Bugs'" in deliveries(database)[0].reason
    assert len(outcome.next) == 2
    with transaction(database) as session:
        assert session.scalars(select(Case.state)).all() == ["new"]


def test_routing_again_adds_nothing(database: Engine, rules: Sequence[AnyRule]) -> None:
    """The stage remembers, and so does the outbox."""
    with transaction(database) as session:
        post = make_post(session, make_source(session), reading=BUG, routed_version=0)
    route_posts(database, rules)
    assert not route_posts(database, rules).next
    with transaction(database) as session:
        session.get_one(Post, id_of(post)).routed_version = 0
    assert not route_posts(database, rules).next

    assert len(deliveries(database)) == 2


def test_history_calls_nobody(database: Engine, rules: Sequence[AnyRule]) -> None:
    """What was weeks old when we first saw it is kept without a card."""
    with transaction(database) as session:
        old = NOW - timedelta(days=20)
        make_post(session, make_source(session), reading=BUG, routed_version=0, created_at=old, first_seen_at=NOW)
    assert not route_posts(database, rules).next
    assert deliveries(database) == []


def test_a_changed_post_brings_its_sent_card_up_to_date(database: Engine, rules: Sequence[AnyRule]) -> None:
    """An edit queues the card again; the delivery decides whether it reads differently."""
    with transaction(database) as session:
        post = make_post(session, make_source(session), reading=BUG, routed_version=0)
    route_posts(database, rules)
    with transaction(database) as session:
        for delivery in session.scalars(select(Delivery)):
            delivery.state, delivery.remote_id, delivery.remote_address = "sent", "1.1", "C1"
        session.get_one(Post, id_of(post)).version = 2
    outcome = route_posts(database, rules)

    assert [job.task for job in outcome.next] == ["deliver", "deliver"]
    assert len(deliveries(database)) == 2


def test_an_issue_is_told_once_for_each_state(database: Engine, rules: Sequence[AnyRule]) -> None:
    """Opened, then rising: two cards; told again: none."""
    with transaction(database) as session:
        post = make_post(session, make_source(session), reading=BUG)
        issue_id = id_of(make_issue(session, posts=[post], state="open"))
    assert len(route_issues(database, rules).next) == 1
    assert not route_issues(database, rules).next
    with transaction(database) as session:
        session.get_one(Issue, issue_id).state = "rising"
    assert len(route_issues(database, rules).next) == 1

    assert sorted(d.event.split(":")[0] for d in deliveries(database)) == ["opened", "rising"]


def test_an_issue_that_is_over_is_not_announced(database: Engine, rules: Sequence[AnyRule]) -> None:
    """What a backlog shows as long quiet is no news."""
    with transaction(database) as session:
        make_issue(session, posts=[make_post(session, make_source(session), reading=BUG)], state="quiet")
    assert not route_issues(database, rules).next
