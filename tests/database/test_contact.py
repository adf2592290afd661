"""Who asked not to be contacted gets no words from us: under no account, by no door, in the last moment neither."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from integrations.base import PostCard
from service.actions import contact, replies
from service.domain.contact import fingerprint
from service.errors import Invalid, NotAllowed
from service.models import AuditEvent, Author, ContactRefusal, Delivery, Post
from service.models.columns import id_of
from service.pipeline import messages
from service.pipeline import reply as stage
from service.pipeline.outcome import Outcome
from service.store import contact as store
from service.store import erasure
from service.store.database import transaction
from service.testing.factories import make_customer, make_delivery, make_identity
from tests.database.replying import THANKS, Bench, bench_on
from tests.database.telling import telling_bench


@pytest.fixture
def bench(database: Engine) -> Iterator[Bench]:
    """A post that waits for an answer."""
    with bench_on(database) as bench:
        yield bench


def refuse(bench: Bench) -> int:
    """Kim notes that the author wants no words; returns the number."""
    bench.do(
        lambda session: contact.refuse_author(
            session, bench.post_id, reason="Said so.", by=bench.kim, now=bench.clock()
        )
    )
    with transaction(bench.engine) as session:
        found = store.of_author(session, session.get_one(Post, bench.post_id).author_id)
    assert found is not None
    return found.id


def write_anew(bench: Bench) -> None:
    """The author wrote the post after that."""
    bench.clock.pass_(60)
    with transaction(bench.engine) as session:
        session.get_one(Post, bench.post_id).created_at = bench.clock()


def test_what_they_wrote_before_is_not_answered(bench: Bench) -> None:
    """What waits is taken back; nothing can be published, confirmed or not; noted twice it is noted once."""
    reply = bench.draft()
    bench.publish(reply)
    with pytest.raises(Invalid, match="how they asked"):
        bench.do(
            lambda session: contact.refuse_author(session, bench.post_id, reason=" ", by=bench.kim, now=bench.clock())
        )
    number = refuse(bench)
    bench.settle()
    assert (bench.held(reply).state, bench.on_platform()) == ("draft", [])
    assert "not to be contacted" in (bench.held(reply).problem or "")
    assert refuse(bench) == number
    assert any("is not answered any more" in each for each in bench.look().warnings)
    with pytest.raises(NotAllowed, match="asked not to be contacted"):
        bench.publish(reply)
    with transaction(bench.engine) as session:
        events = session.scalars(select(AuditEvent).where(col(AuditEvent.noun) == "contact_refusal")).all()
        assert [(each.verb, each.actor, each.detail) for each in events] == [("note", "Kim", {})]

    bench.do(lambda session: contact.withdraw(session, number, by=bench.sam, now=bench.clock()))
    bench.publish(reply)
    bench.settle()
    assert bench.on_platform() == [THANKS]


def test_their_cards_say_so_at_once(bench: Bench) -> None:
    """Every card of theirs that people see is brought up to date, when it is noted and when it is withdrawn."""

    def of_author(session: Session) -> Outcome:
        return contact.refuse_author(session, bench.post_id, reason="So.", by=bench.kim, now=bench.clock())

    with transaction(bench.engine) as session:
        delivery = id_of(make_delivery(session, post=session.get_one(Post, bench.post_id)))
    with transaction(bench.engine) as session:
        assert [(job.task, job.arguments) for job in of_author(session).next] == [
            ("deliver", {"delivery_id": delivery})
        ]
    assert card_of(bench, delivery).refused_at == bench.clock()
    with transaction(bench.engine) as session:
        number = session.scalars(select(col(ContactRefusal.id))).one() or 0
        back = contact.withdraw(session, number, by=bench.sam, now=bench.clock())
        assert [job.arguments for job in back.next] == [{"delivery_id": delivery}]
    assert card_of(bench, delivery).refused_at is None


def card_of(bench: Bench, delivery: int) -> PostCard:
    """What a card says now."""
    with transaction(bench.engine) as session:
        card = messages.compose(session, session.get_one(Delivery, delivery), bench.tools)
    assert isinstance(card, PostCard)
    return card


def test_a_new_question_of_theirs_is_answered_by_who_says_that_it_is_one(bench: Bench) -> None:
    """Bound to the refusal that was seen: of another the word counts for nothing."""
    number = refuse(bench)
    write_anew(bench)
    seen = bench.look()
    plain = bench.draft(seen=seen)
    with pytest.raises(NotAllowed, match="a new question"):
        bench.publish(plain)

    def reword(confirmed: int) -> None:
        with transaction(bench.engine) as session:
            replies.reword(
                session,
                id_of(plain),
                THANKS,
                seen_digest=seen.digest,
                post_version=seen.post_version,
                answers_refusal=confirmed,
                by=bench.kim,
                now=bench.clock(),
                tools=bench.tools,
                queue=bench.queue,
            )

    reword(number + 1)
    with pytest.raises(NotAllowed, match="a new question"):
        bench.publish(plain)
    reword(number)
    bench.publish(plain)
    bench.settle()
    assert bench.on_platform() == [THANKS]


def test_asked_in_the_last_moment_nothing_leaves(bench: Bench) -> None:
    """While the post was looked at for the last time, somebody noted it; on their way back words say why they stay."""
    reply = bench.published()

    def observe(step: str) -> None:
        if step == "reply:looked":
            with transaction(bench.engine) as session:
                post = session.get_one(Post, bench.post_id)
                author = session.get_one(Author, post.author_id)
                print_of = fingerprint(author.scope, author.account)
                session.add(ContactRefusal(fingerprint=print_of, noted_by_id=bench.sam.user_id, noted_at=bench.clock()))

    outcome = stage.run(id_of(reply), replace(bench.tools, observe=observe))
    assert [job.task for job in outcome.next] == ["reply"]
    stage.run(id_of(reply), bench.tools)
    assert (bench.held(reply).state, bench.on_platform()) == ("failed", [])
    assert "They asked not to be contacted" in (bench.held(reply).problem or "")
    with pytest.raises(NotAllowed, match="asked not to be contacted"):
        bench.do(lambda session: replies.retry(session, id_of(reply), by=bench.kim, now=bench.clock()))


def test_erasure_does_not_forget_it(bench: Bench) -> None:
    """Nothing of the author stays, nor our words on them; who comes back under the same account is known again."""
    refuse(bench)
    with transaction(bench.engine) as session:
        post = session.get_one(Post, bench.post_id)
        author = session.get_one(Author, post.author_id)
        account = (author.scope, author.account)
        erasure.erase(session, post.source_id, [post.external_id], now=bench.clock())
    with transaction(bench.engine) as session:
        assert session.scalars(select(Author)).all() == []
        (kept,) = store.listed(session, most=5)
        assert (kept.author, kept.refusal.reason, kept.refusal.noted_by) == (None, "", "Kim")
        back = Author(scope=account[0], account=account[1], first_seen_at=bench.clock())
        session.add(back)
        session.flush()
        assert store.of_author(session, back.id) == kept.refusal


def test_no_account_of_theirs_is_told_of_a_fix(database: Engine) -> None:
    """Bea and Cid are one customer: noted of one, it holds for both, and is counted; allowed again, both are told."""
    with telling_bench(database) as bench:
        with transaction(database) as session:
            customer = make_customer(session, name="Bea Cid")
            for name in ("203", "204"):
                author = session.get_one(Author, session.get_one(Post, bench.posts[name]).author_id)
                make_identity(session, author, customer)
        bench.fix()
        telling = bench.prepare()
        bench.release(telling)
        bench.do(
            lambda session: contact.refuse_author(
                session, bench.posts["203"], reason="Enough.", by=bench.kim, now=bench.clock()
            )
        )
        bench.settle()
        assert bench.server.told() == {"202": 1}
        assert "they asked not to be contacted (1)" in bench.said()
        assert bench.telling(telling).state == "done"

        with transaction(database) as session:
            (noted,) = store.listed(session, most=5)
        bench.do(lambda session: contact.withdraw(session, noted.refusal.id, by=bench.kim, now=bench.clock()))
        assert bench.server.told() == {"202": 1}
        bench.release(telling)
        bench.settle()
        assert bench.server.told() == {"202": 1, "204": 1}


def test_who_asked_before_gets_no_draft(database: Engine) -> None:
    """The reason is counted from the beginning; once it is withdrawn, looking for more reporters finds them."""
    with telling_bench(database) as bench:
        bench.do(
            lambda session: contact.refuse_author(
                session, bench.posts["203"], reason="Enough.", by=bench.kim, now=bench.clock() - timedelta(days=9)
            )
        )
        bench.fix()
        telling = bench.prepare()
        assert bench.standings(telling)["203"] == "cannot be told"
        with transaction(database) as session:
            (noted,) = store.listed(session, most=5)
        bench.do(lambda session: contact.withdraw(session, noted.refusal.id, by=bench.kim, now=bench.clock()))
        assert bench.prepare() == telling
        assert bench.standings(telling)["203"] == "to be looked at"
