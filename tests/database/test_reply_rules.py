"""What a reply must fulfil before it leaves, what a deletion takes from it, and how cards show it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select

from integrations.base import CardReply, PostCard
from service.actions import replies
from service.configuration.replies import RepliesConfig
from service.domain.replies import ApprovalRules, text_digest
from service.errors import Conflict, Invalid, NotAllowed
from service.models import AuditEvent, Author, Post, Reply
from service.models.columns import id_of
from service.pipeline.messages import compose
from service.store.database import transaction
from service.store.erasure import erase
from service.testing.factories import make_customer, make_delivery, make_identity, make_order
from tests.contract.repliers.mastodon import AUTHOR
from tests.database.replying import THANKS, Bench, bench_on

TWO_LOOK = RepliesConfig(approval=ApprovalRules(first_replies=1, customer_value_from=500, words=("refund",)))


@pytest.fixture
def bench(database: Engine) -> Iterator[Bench]:
    """Where first replies, dear customers and certain words need a second person."""
    with bench_on(database, TWO_LOOK) as bench:
        yield bench


def test_a_second_person_must_look(bench: Bench) -> None:
    """The writer can neither publish nor approve it; somebody else can."""
    reply = bench.draft()
    assert reply.approval_reasons == ["It is one of the first 1 replies that Kim wrote."]
    with pytest.raises(NotAllowed, match="Somebody else must approve"):
        bench.publish(reply)
    with pytest.raises(NotAllowed, match="yourself"):
        bench.approve(reply, by=bench.kim)
    bench.approve(reply)
    bench.settle()
    assert bench.on_platform() == [THANKS]
    assert bench.held(reply).approved_digest == text_digest(THANKS)


def test_an_approval_is_for_the_words_that_were_read(bench: Bench) -> None:
    """Words that were changed meanwhile are another reply; a change makes an approval void."""
    reply = bench.draft()
    reword(bench, reply, "We will refund you.")
    with pytest.raises(Conflict, match="something else"):
        bench.approve(reply, text=THANKS)
    bench.approve(reply, text="We will refund you.")
    bench.do(lambda session: replies.undo(session, id_of(reply), by=bench.ada, now=bench.clock()))
    held = bench.held(reply)
    assert (held.state, held.approved_by_id, held.approved_digest) == ("draft", None, None)


def test_words_that_nobody_approved_never_leave(bench: Bench) -> None:
    """Whatever happened in the database: the last door looks too."""
    reply = bench.draft()
    bench.approve(reply)
    with transaction(bench.engine) as session:
        session.get_one(Reply, id_of(reply)).text = "Something else."
    bench.settle()
    assert (bench.held(reply).state, bench.platform.writes()) == ("failed", 0)
    assert "approved" in (bench.held(reply).problem or "")


def test_a_draft_is_sent_back_with_a_reason(bench: Bench) -> None:
    """Its writer changes it; then nothing stands in the way of an approval."""
    reply = bench.draft()
    bench.do(
        lambda session: replies.send_back(session, id_of(reply), reason="Be kinder.", by=bench.ada, now=bench.clock())
    )
    assert bench.held(reply).problem == "Ada sent it back: Be kinder."
    reword(bench, reply, "Sorry, and thank you.")
    assert bench.held(reply).problem is None
    bench.approve(reply, text="Sorry, and thank you.")


def test_changed_words_of_a_standing_reply_wait_for_approval(bench: Bench) -> None:
    """What stands there stays until somebody else agrees."""
    reply = bench.draft()
    bench.approve(reply)
    bench.settle()
    text = "You get a refund."
    bench.do(
        lambda session: replies.edit(session, id_of(reply), text, by=bench.kim, now=bench.clock(), tools=bench.tools)
    )
    bench.settle()
    assert (bench.held(reply).state, bench.on_platform()) == ("draft", [THANKS])
    bench.approve(reply, text=text)
    bench.settle()
    assert (bench.held(reply).state, bench.on_platform()) == ("sent", [text])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 469,
        "Write to ada@example.org!",
        "About your order LH-20881: sorry.",
        "See http://127.0.0.1:8000/posts/1",
        "Hi {author}!",
        "<@U024BE7LH> will look.",
    ],
)
def test_what_cannot_be_sent_is_not_even_kept(bench: Bench, text: str) -> None:
    """Empty, too long as the platform counts, or holding what is internal."""
    know_the_author(bench)
    seen = bench.look()
    with pytest.raises(Invalid):
        bench.draft(text, seen=seen)
    assert bench.all_replies() == []


def test_a_dear_customer_is_looked_after_by_two(bench: Bench) -> None:
    """By what their orders are worth."""
    know_the_author(bench)
    assert "The customer is worth 600 €." in bench.draft().approval_reasons


def test_the_log_has_no_words(bench: Bench) -> None:
    """It says who did what, and outlives what was said."""
    bench.approve(bench.draft())
    with transaction(bench.engine) as session:
        events = session.scalars(select(AuditEvent)).all()
    assert [(event.actor, event.verb) for event in events] == [("Kim", "draft"), ("Ada", "approve")]
    assert THANKS not in str([event.detail for event in events])


def test_a_deletion_takes_quotations_and_drafts(bench: Bench) -> None:
    """What stands there keeps our words without the post's; what did not leave is given up."""
    quoting = f"You wrote “The lamp flickers again”, {AUTHOR}: we fixed it."
    first = bench.draft(quoting)
    bench.approve(first)
    bench.settle()
    with transaction(bench.engine) as session:
        post = session.get_one(Post, bench.post_id)
        session.add(Reply(**{**unsaved(bench.held(first)), "key": "other", "state": "draft", "remote_id": None}))
        session.flush()
        erase(session, post.source_id, ["111"], now=bench.clock())
    stands, draft = bench.all_replies()
    assert (stands.state, stands.text) == ("sent", "You wrote “[…]”, […]: we fixed it.")
    assert stands.sent_text == stands.text
    assert (draft.state, "flickers" in draft.text) == ("dropped", False)


def test_a_deletion_meanwhile_keeps_the_reply_here(bench: Bench) -> None:
    """Approved, and then the post is gone: nothing leaves."""
    reply = bench.draft()
    bench.approve(reply)
    with transaction(bench.engine) as session:
        erase(session, session.get_one(Post, bench.post_id).source_id, ["111"], now=bench.clock())
    bench.settle()
    assert (bench.held(reply).state, bench.platform.writes()) == ("dropped", 0)


def test_cards_show_how_far_it_is(bench: Bench) -> None:
    """The case, who has it, the reply with what it waits for, and where it stands at last."""
    with transaction(bench.engine) as session:
        delivery_id = id_of(make_delivery(session, post=session.get_one(Post, bench.post_id)))
    assert card(bench).case is not None
    reply = bench.draft()
    assert [job.arguments for _, job in bench.jobs] == [{"delivery_id": delivery_id}]
    shown = shown_reply(bench)
    assert (shown.state, shown.by, shown.text) == ("draft", "Kim", THANKS)
    assert shown.approval_reasons == ("It is one of the first 1 replies that Kim wrote.",)
    bench.approve(reply)
    assert (shown_reply(bench).approval_reasons, shown_reply(bench).approved_by) == ((), "Ada")
    bench.settle()
    assert (shown_reply(bench).state, shown_reply(bench).url) == ("sent", "https://lamps.example/@studio/120")
    case = card(bench).case
    assert case is not None
    assert (case.state, case.assignee, case.door) == ("answered", "Kim", "api")


def card(bench: Bench) -> PostCard:
    """The post's card as it would be sent now."""
    with transaction(bench.engine) as session:
        made = compose(session, make_delivery(session, post=session.get_one(Post, bench.post_id)), bench.tools)
        session.rollback()
    assert isinstance(made, PostCard)
    return made


def shown_reply(bench: Bench) -> CardReply:
    """The reply that the card shows."""
    case = card(bench).case
    assert case is not None
    assert case.reply is not None
    return case.reply


def reword(bench: Bench, reply: Reply, text: str) -> None:
    """Its writer puts other words in its place."""
    seen = bench.look()
    with transaction(bench.engine) as session:
        replies.reword(
            session,
            id_of(reply),
            text,
            seen_digest=seen.digest,
            post_version=seen.post_version,
            by=bench.kim,
            now=bench.clock(),
            tools=bench.tools,
            queue=bench.queue,
        )


def know_the_author(bench: Bench) -> None:
    """The author is a customer, with an order."""
    with transaction(bench.engine) as session:
        author = session.get_one(Post, bench.post_id).author_id
        customer = make_customer(session, email="ada@example.org")
        make_order(session, customer, amount="600", number="LH-20881")
        make_identity(session, session.get_one(Author, author), customer)


def unsaved(reply: Reply) -> dict[str, object]:
    """A reply's columns without its id."""
    return {name: value for name, value in reply.model_dump().items() if name != "id"}


def test_support_writes_and_others_publish(bench: Bench) -> None:
    """The refusal names those who may."""
    reply = bench.draft(by=bench.sam)
    with pytest.raises(NotAllowed, match=r"Only community and admin may publish replies.*Kim, Ada"):
        bench.publish(reply, by=bench.sam)
    bench.approve(reply)
    bench.settle()
    assert bench.held(reply).approved_by_id == bench.ada.user_id
    assert bench.on_platform() == [THANKS]
