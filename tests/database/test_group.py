"""Posts with one cause become one issue, whatever the order in which they are found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from nlp.base import Vector
from service.domain.issues import IssueState
from service.models import AuditEvent, Issue, IssuePost, Post, Reading, Source
from service.models.columns import id_of
from service.pipeline import group
from service.pipeline.outcome import Outcome
from service.store.database import transaction
from service.store.erasure import erase
from service.testing.factories import NOW, make_author, make_delivery, make_issue, make_post, make_source
from service.testing.tools import make_tools


def towards(axis: int, stray: int, nearness: float = 0.9) -> Vector:
    """A vector of length one, `nearness` along one axis and the rest along another, so that it is like no other."""
    vector = np.zeros(512, np.float32)
    vector[axis], vector[stray] = nearness, (1 - nearness**2) ** 0.5
    return vector


def a_report(session: Session, source: Source, vector: Vector, *, days: float = 1, **columns: Any) -> int:
    """A post that complains of something and was not grouped yet."""
    post = make_post(
        session,
        source,
        author=make_author(session),
        grouped_version=0,
        created_at=NOW - timedelta(days=days),
        reading={"vector": vector, "groupable": True, "sentiment": "negative"},
        **columns,
    )
    return id_of(post)


def run(engine: Engine, ids: Sequence[int]) -> Outcome:
    """One job of the stage."""
    with transaction(engine) as session:
        return group.run(session, ids, make_tools(engine, clock=lambda: NOW, settle_seconds=0))


def shape(engine: Engine) -> list[list[int]]:
    """The posts of every issue that has some."""
    with transaction(engine) as session:
        rows = session.execute(select(col(IssuePost.issue_id), col(IssuePost.post_id)).order_by(IssuePost.post_id))
        members: dict[int, list[int]] = {}
        for issue, post in rows:
            members.setdefault(issue, []).append(post)
    return sorted(members.values())


@pytest.fixture
def source(database: Engine) -> Source:
    """A place where people write about Ironwake."""
    with transaction(database) as session:
        return make_source(session, product="Ironwake")


def test_three_that_say_the_same_open_an_issue(database: Engine, source: Source) -> None:
    """The fourth, about something else, stays alone; the issue has its numbers and a job tells of it."""
    with transaction(database) as session:
        ids = [a_report(session, source, towards(0, 10 + i), days=i) for i in range(3)]
        other = a_report(session, source, towards(1, 20))
    outcome = run(database, [*ids, other])

    assert shape(database) == [ids]
    with transaction(database) as session:
        issue = session.scalars(select(Issue)).one()
    assert (issue.product, issue.post_count, issue.state) == ("Ironwake", 3, IssueState.OPEN)
    assert issue.first_post_at == NOW - timedelta(days=2)
    assert [job.task for job in outcome.next] == ["route", "route_issues"]


@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
def test_the_order_of_arrival_does_not_matter(database: Engine, source: Source, order: Sequence[int]) -> None:
    """One at a time, in any order: the same issue in the end, because what was loose may join later."""
    with transaction(database) as session:
        ids = [a_report(session, source, towards(0, 10 + i)) for i in range(4)]
    for place in order:
        run(database, [ids[place]])

    assert shape(database) == [ids]


def test_grouping_again_changes_nothing(database: Engine, source: Source) -> None:
    """A job that runs twice finds nothing to do."""
    with transaction(database) as session:
        ids = [a_report(session, source, towards(0, 10 + i)) for i in range(3)]
    run(database, ids)
    assert not run(database, ids).next
    assert shape(database) == [ids]


def test_a_late_joiner_is_routed_again(database: Engine, source: Source) -> None:
    """Its card can now name the issue."""
    with transaction(database) as session:
        first = a_report(session, source, towards(0, 10))
    run(database, [first])
    with transaction(database) as session:
        session.get_one(Post, first).routed_version = 1
        more = [a_report(session, source, towards(0, 11 + i)) for i in range(2)]
    outcome = run(database, more)

    (route,) = [job for job in outcome.next if job.task == "route"]
    assert route.arguments == {"post_ids": sorted([first, *more])} or set(route.arguments["post_ids"]) == {first, *more}
    with transaction(database) as session:
        assert session.get_one(Post, first).routed_version == 0


def test_products_are_kept_apart(database: Engine, source: Source) -> None:
    """The same words about another game are another issue; a post that names none may join either."""
    with transaction(database) as session:
        other = make_source(session, product="Pocket Orchard")
        nowhere = make_source(session, product=None)
        ours = [a_report(session, source, towards(0, 10 + i)) for i in range(3)]
        theirs = [a_report(session, other, towards(0, 20 + i)) for i in range(3)]
    run(database, [*ours, *theirs])
    assert shape(database) == [ours, theirs]
    with transaction(database) as session:
        unnamed = a_report(session, nowhere, towards(0, 30))
    run(database, [unnamed])
    assert sorted(map(len, shape(database))) == [3, 4]


def test_twins_become_one_under_the_older_number(database: Engine, source: Source) -> None:
    """Two issues that turn out to have one cause: the younger says where its posts went."""
    with transaction(database) as session:
        first, second = ([a_report(session, source, towards(0, 10 * n + i)) for i in range(3)] for n in (1, 2))
        for ids in (first, second):
            posts = [session.get_one(Post, i) for i in ids]
            make_issue(session, posts=posts, centroid=towards(0, 99), product="Ironwake")
            for post in posts:
                post.grouped_version = 1
        bridge = a_report(session, source, towards(0, 40))
    run(database, [bridge])

    assert shape(database) == [[*first, *second, bridge]]
    with transaction(database) as session:
        older, younger = session.scalars(select(Issue).order_by(col(Issue.id))).all()
        event = session.scalars(select(AuditEvent)).one()
    assert (older.post_count, younger.post_count) == (7, 0)
    assert (younger.state, younger.merged_into_id) == (IssueState.MERGED, older.id)
    assert (event.actor, event.verb, event.noun_id, event.detail["into"]) == ("earful", "merged", younger.id, older.id)


def test_an_issue_of_no_product_takes_that_of_its_posts(database: Engine, source: Source) -> None:
    """Posts on a forum name no game; the review that joins them does."""
    with transaction(database) as session:
        nowhere = make_source(session, product=None)
        unnamed = [a_report(session, nowhere, towards(0, 10 + i)) for i in range(3)]
        named = a_report(session, source, towards(0, 20))
    run(database, unnamed)
    run(database, [named])

    with transaction(database) as session:
        assert session.scalars(select(Issue.product)).one() == "Ironwake"


def test_a_deleted_post_leaves_its_issue(database: Engine, source: Source) -> None:
    """Its vector is gone with it, and the count says so."""
    with transaction(database) as session:
        ids = [a_report(session, source, towards(0, 10 + i)) for i in range(4)]
    run(database, ids)
    with transaction(database) as session:
        post = session.get_one(Post, ids[0])
        post.version, post.deleted_at = 2, NOW
        session.delete(session.scalars(select(Reading).where(col(Reading.post_id) == ids[0])).one())
    run(database, ids)

    assert shape(database) == [ids[1:]]
    with transaction(database) as session:
        assert session.scalars(select(Issue.post_count)).one() == 3


def test_time_alone_makes_an_issue_quiet(database: Engine, source: Source) -> None:
    """The regular review notices that nobody writes any more."""
    with transaction(database) as session:
        ids = [a_report(session, source, towards(0, 10 + i)) for i in range(3)]
    run(database, ids)
    later = NOW + timedelta(days=30)
    with transaction(database) as session:
        group.review_all(session, make_tools(database, clock=lambda: later, settle_seconds=0))
    with transaction(database) as session:
        assert session.scalars(select(Issue.state)).one() == IssueState.QUIET


@pytest.mark.parametrize("state", [IssueState.OPEN, IssueState.QUIET])
def test_a_deleted_post_leaves_nothing_in_its_issue(database: Engine, state: IssueState) -> None:
    """Number, title and centre are made anew without it, and the cards that quoted it are to be changed."""
    with transaction(database) as session:
        source = make_source(session)
        gone = a_report(session, source, towards(0, 7), text="Crashes since I told them my secret story.")
        rest = [
            a_report(session, source, towards(0, stray), text=f"It crashes on loading {stray}.") for stray in (8, 9)
        ]
    run(database, [gone, *rest])
    with transaction(database) as session:
        issue = session.scalars(select(Issue)).one()
        issue.title, issue.state = "Crashes since I told them my secret story", state
        card = id_of(make_delivery(session, issue=issue))
        erase(session, session.get_one(Post, gone).source_id, [session.get_one(Post, gone).external_id], now=NOW)
    outcome = run(database, [gone])

    with transaction(database) as session:
        issue = session.scalars(select(Issue)).one()
        assert issue.post_count == 2
        assert "secret" not in issue.title
        assert np.asarray(issue.centroid)[7] == 0
    assert ("deliver", {"delivery_id": card}) in [(job.task, job.arguments) for job in outcome.next]


def test_an_issue_that_lost_its_last_post_says_nothing_of_it(database: Engine) -> None:
    """It keeps its number, and no word of what was said."""
    with transaction(database) as session:
        post = make_post(session, make_source(session), grouped_version=0, text="My secret story crashes.")
        make_issue(session, title="My secret story crashes", posts=[post])
        erase(session, post.source_id, [post.external_id], now=NOW)
    run(database, [id_of(post)])
    with transaction(database) as session:
        issue = session.scalars(select(Issue)).one()
        assert (issue.post_count, issue.title) == (0, "Posts about one thing")
        assert not np.asarray(issue.centroid).any()
