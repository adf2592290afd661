"""What happened after replies, as far as what was collected tells it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from service.domain.metrics import FEW, reply_effect
from service.models import Post, Reply, Source, Telling, User
from service.models.columns import id_of
from service.store import outcomes, similar
from service.store.database import transaction
from service.testing.factories import (
    NOW,
    make_author,
    make_case,
    make_issue,
    make_post,
    make_reading,
    make_reply,
    make_source,
    make_user,
    make_version,
    unit_vector,
)

LONG_AGO = NOW - timedelta(days=60)
SINCE = NOW - timedelta(days=90)


@pytest.fixture
def session(database: Engine) -> Iterator[Session]:
    """A store with a source and a colleague."""
    with transaction(database) as session:
        yield session


def reviewed(session: Session, source: Source, *, at: datetime = LONG_AGO, **columns: object) -> Post:
    """A review with one star."""
    given = {"author": make_author(session), "created_at": at, "rating": 1.0, "rating_label": "1/5", **columns}
    return make_post(session, source, **given)  # type: ignore[arg-type]  # what a test names


def restarred(session: Session, post: Post, stars: float, at: datetime) -> None:
    """The author changes the stars."""
    post.rating, post.version = stars, 2
    make_version(session, post, version=2, rating=stars, seen_at=at)


def answered(session: Session, post: Post, by: User, *, hours: float = 2, **columns: object) -> Reply:
    """A reply by hand that stands, so long after the post."""
    given = {"state": "sent", "sent_at": post.created_at + timedelta(hours=hours), "sent_text": "Thank you.", **columns}
    return make_reply(session, make_case(session, post, state="answered"), by, **given)  # type: ignore[arg-type]


def test_what_the_author_did_is_told_apart(session: Session) -> None:
    """More stars, an answer in the thread, later anger: each is seen; what was before the reply is not."""
    source, kim = make_source(session, name="store", kind="app_store"), make_user(session)
    better, talks, angry, silent = (reviewed(session, source) for _ in range(4))
    numbers = [id_of(answered(session, post, kim)) for post in (better, talks, angry, silent)]
    restarred(session, better, 4.0, LONG_AGO + timedelta(days=3))
    later = LONG_AGO + timedelta(days=5)
    back = reviewed(session, source, at=later, parent_id=talks.external_id)
    back.author_id = talks.author_id
    again = reviewed(session, source, at=later, reading={"sentiment": "negative"})
    again.author_id = angry.author_id
    before = reviewed(session, source, at=LONG_AGO - timedelta(days=1), reading={"sentiment": "negative"})
    before.author_id = silent.author_id
    session.flush()

    found = {each.post_id: each for each in outcomes.after_replies(session, since=SINCE)}
    assert (found[id_of(better)].raised, found[id_of(better)].edited, found[id_of(better)].answered) == (
        True,
        True,
        False,
    )
    assert (found[id_of(talks)].answered, found[id_of(talks)].wrote, found[id_of(talks)].negative) == (True, 1, 0)
    assert (found[id_of(angry)].answered, found[id_of(angry)].negative) == (False, 1)
    assert found[id_of(silent)].wrote == 0
    assert outcomes.helped(session, numbers) == dict(zip(numbers, (1, 1, -1, 0), strict=True))


def test_first_responses_are_by_hand_and_to_what_was_seen_in_time(session: Session) -> None:
    """A post of a history, a telling and a draft do not count; of two replies to one post the first does."""
    source, kim = make_source(session, name="store", kind="app_store"), make_user(session)
    answered(session, reviewed(session, source), kim, hours=3)
    answered(session, reviewed(session, source, first_seen_at=LONG_AGO + timedelta(days=30)), kim, hours=900)
    told = reviewed(session, source)
    telling = Telling(
        issue_id=id_of(make_issue(session, posts=[told])),
        fixed_at=NOW,
        version="2",
        prepared_by_id=id_of(kim),
        prepared_at=NOW,
    )
    session.add(telling)
    session.flush()
    answered(session, told, kim, hours=1, telling_id=telling.id)
    waiting = make_case(session, reviewed(session, source))
    make_reply(session, waiting, kim)
    make_case(session, reviewed(session, source), state="dismissed")
    assert outcomes.first_responses(session, since=SINCE) == [3.0]
    assert outcomes.answered_of(session, since=SINCE - timedelta(days=90)) == (2, 3)


def test_the_effect_compares_posts_of_the_same_kind(session: Session) -> None:
    """Of those with a reply half are raised, of those without none; another product is not looked at."""
    source, kim = make_source(session, name="store", kind="app_store", product="Lantern"), make_user(session)
    for at in range(FEW):
        post = reviewed(session, source)
        answered(session, post, kim, template="Unhappy" if at % 2 else None)
        if at % 2:
            restarred(session, post, 5.0, LONG_AGO + timedelta(days=4))
        reviewed(session, source)
        other = reviewed(session, source, product="Ironwake")
        restarred(session, other, 5.0, LONG_AGO + timedelta(days=4))
    treated, others = outcomes.followed(session, since=SINCE)
    assert (len(treated), len(others)) == (FEW, FEW)
    assert reply_effect(treated, others, now=NOW).value == pytest.approx(0.5)
    groups = outcomes.groups(treated, "template")
    assert {name: len(group) for name, group in groups.items()} == {"Unhappy": FEW // 2, "own words": FEW // 2}


def test_replies_that_helped_are_offered_first(session: Session) -> None:
    """To a similar post, before one that is nearer and after which nothing happened."""
    source, kim = make_source(session, name="store", kind="app_store"), make_user(session)
    near, far = np_mix(0.05), np_mix(0.3)
    silent = reviewed(session, source, reading={"vector": near})
    answered(session, silent, kim, sent_text="We look into it.")
    better = reviewed(session, source, reading={"vector": far})
    answered(session, better, kim, sent_text="Try the beta branch.")
    restarred(session, better, 4.0, LONG_AGO + timedelta(days=3))
    asking = make_post(session, source, read=False)
    reading = make_reading(session, asking, vector=unit_vector(0))
    found = similar.replies(session, reading, most=3)
    assert [each.text for each in found] == ["Try the beta branch.", "We look into it."]


def np_mix(other: float) -> list[float]:
    """A vector near the first axis, by so much away from it."""
    first, second = unit_vector(0), unit_vector(1)
    return [a * (1 - other) + b * other for a, b in zip(first, second, strict=True)]
