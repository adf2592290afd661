"""One reply reaches its author once, as it was approved, to the post that its writer saw."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from collectors.base import ReplyDoor
from integrations.replies import ReplyRules, Shown
from service.actions import replies
from service.actions.actors import Actor
from service.errors import Conflict, ServiceError
from service.models import Reply
from service.models.columns import id_of
from tests.contract.repliers.fake import Fault, On
from tests.contract.repliers.mastodon import Platform
from tests.database.replying import THANKS, Bench, Killed, bench_on, edit_post


@pytest.fixture
def bench(database: Engine) -> Iterator[Bench]:
    """A post that waits for an answer."""
    with bench_on(database) as bench:
        yield bench


def test_a_reply_stands_once_and_its_receipt_is_kept(bench: Bench) -> None:
    """Drafted, published, sent; the case is answered and is its writer's."""
    reply = bench.draft()
    bench.publish(reply)
    assert bench.on_platform() == []
    bench.settle()

    held, case = bench.held(reply), bench.case()
    assert bench.on_platform() == [THANKS]
    assert (held.state, held.sent_text, held.remote_id) == ("sent", THANKS, "120")
    assert (case.state, case.assignee_id, case.answered_at) == ("answered", bench.kim.user_id, held.sent_at)


def test_a_double_click_is_one_reply(bench: Bench) -> None:
    """The same draft and the same publish once more change nothing and complain of nothing."""
    seen = bench.look()
    reply = bench.draft(seen=seen)
    assert id_of(bench.draft(seen=seen)) == id_of(reply)
    bench.publish(reply)
    assert not bench.publish(reply).next
    bench.settle()
    assert not bench.publish(reply).next
    assert bench.on_platform() == [THANKS]


def test_two_people_at_once_are_one_reply(bench: Bench) -> None:
    """Of two who publish in the same moment one is told who answers."""
    drafts = [(bench.draft(by=bench.kim), bench.kim), (bench.draft("Hello!", by=bench.ada), bench.ada)]
    start = threading.Barrier(2)
    told: list[str] = []

    def publish(reply: Reply, who: Actor) -> None:
        start.wait()
        try:
            bench.publish(reply, by=who)
        except Conflict as error:
            told.append(str(error))

    threads = [threading.Thread(target=publish, args=each) for each in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bench.settle()

    assert told in (["Kim answers already: a reply is on its way."], ["Ada answers already: a reply is on its way."])
    assert len(bench.on_platform()) == 1
    assert sorted(reply.state for reply in bench.all_replies()) == ["dropped", "sent"]


@pytest.mark.parametrize("step", ["prepared", "looked", "sending", "acted"])
def test_a_kill_between_two_steps_leaves_one_reply(bench: Bench, step: str) -> None:
    """Whether it had left or not, the next worker finds out by looking."""
    reply = bench.published()
    with pytest.raises(Killed):
        bench.run(reply, bench.killed_at(f"reply:{step}"))
    assert bench.held(reply).state == ("approved" if step in ("prepared", "looked") else "sending")
    bench.settle()

    assert bench.held(reply).state == "sent"
    assert bench.on_platform() == [THANKS]


@pytest.mark.parametrize(("fault", "writes"), [(Fault.DROPPED, 1), (Fault.LOST, 2), (Fault.UNAVAILABLE, 2)])
def test_a_lost_answer_is_settled_by_looking(bench: Bench, fault: Fault, writes: int) -> None:
    """It is uncertain, looked for, and sent again only once it is certain that it is not there."""
    reply = bench.published()
    bench.platform.fail(fault)
    (job,) = [job for job in bench.run(reply).next if job.task == "reply"]

    assert (bench.held(reply).state, job.wait_seconds) == ("uncertain", 30)
    bench.settle()
    assert bench.held(reply).state == "sent"
    assert (bench.on_platform(), bench.platform.writes()) == ([THANKS], writes)


def test_not_there_is_not_believed_at_once(bench: Bench) -> None:
    """A platform may be slow to show what it took."""
    reply = bench.published()
    bench.platform.fail(Fault.LOST)
    bench.run(reply)
    bench.clock.pass_(10)
    (job,) = [job for job in bench.run(reply).next if job.task == "reply"]

    assert (bench.held(reply).state, job.wait_seconds) == ("uncertain", 30)
    bench.clock.pass_(90)
    (job,) = [job for job in bench.run(reply).next if job.task == "reply"]
    assert (bench.held(reply).state, job.wait_seconds) == ("uncertain", 20)


def test_a_slow_platform_is_given_its_time(bench: Bench) -> None:
    """What is believed of a platform is written down with it; it is looked for ever less often until then."""
    slow = ReplyRules(limit=500, shown=Shown(within_seconds=3600.0, why="It is slow."))
    bench.tools = replace(bench.tools, reply_rules=lambda source: slow)
    reply = bench.published()
    bench.platform.fail(Fault.LOST)
    bench.run(reply)
    waits = []
    for _ in range(8):
        bench.clock.pass_(waits[-1] if waits else 30)
        waits += [job.wait_seconds for job in bench.run(reply).next if job.task == "reply"]
    assert waits == [30, 60, 120, 240, 480, 960, 1680, 0]
    bench.settle()
    assert (bench.on_platform(), bench.platform.writes()) == ([THANKS], 2)


def test_what_nobody_can_see_is_never_believed(bench: Bench) -> None:
    """Where a program cannot look, a person says what came of it, however long that takes."""
    blind = ReplyRules(limit=500, shown=Shown(within_seconds=None, why="Nobody can look."))
    bench.tools = replace(bench.tools, reply_rules=lambda source: blind)
    reply = bench.published()
    bench.platform.fail(Fault.LOST)
    bench.run(reply)
    bench.clock.pass_(48 * 3600)
    bench.run(reply)
    assert (bench.held(reply).state, bench.held(reply).problem) == ("uncertain", "It cannot be seen there.")
    assert bench.platform.writes() == 1


def test_looking_in_vain_keeps_the_question_open(bench: Bench) -> None:
    """While the platform cannot be asked, an uncertain reply is neither given up nor sent again."""
    reply = bench.published()
    bench.platform.fail(Fault.DROPPED)
    bench.run(reply)
    bench.clock.pass_(200)
    bench.platform.fail(Fault.UNAVAILABLE, On.READ)
    bench.run(reply)

    assert bench.held(reply).state == "uncertain"
    bench.settle()
    assert bench.on_platform() == [THANKS]


def test_a_busy_platform_is_tried_when_it_said(bench: Bench) -> None:
    """Nothing was sent, so nothing is uncertain."""
    reply = bench.published()
    bench.platform.fail(Fault.BUSY)
    (job,) = [job for job in bench.run(reply).next if job.task == "reply"]

    assert bench.held(reply).state == "approved"
    assert 15 <= job.wait_seconds <= 17
    bench.settle()
    assert bench.on_platform() == [THANKS]


def test_a_refusal_says_what_a_person_must_do(bench: Bench) -> None:
    """And no secret is in it; tried again by a person, it goes."""
    reply = bench.published()
    bench.platform.fail(Fault.FORBIDDEN)
    bench.run(reply)
    bench.jobs.clear()

    held = bench.held(reply)
    assert held.state == "failed"
    assert "MASTODON_ACCESS_TOKEN" in (held.what_to_do or "")
    assert "masto-very-secret" not in f"{held.problem} {held.what_to_do}"
    bench.do(lambda session: replies.retry(session, id_of(reply), by=bench.ada, now=bench.clock()))
    bench.settle()
    assert bench.on_platform() == [THANKS]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda platform: platform.change("It burns now."), "It says now: “It burns now.”"),
        (lambda platform: platform.remove(), "The post is gone from its platform."),
        (lambda platform: platform.chatter("We fixed that."), "ben answered meanwhile: “We fixed that.”"),
    ],
)
def test_what_its_writer_did_not_see_keeps_it_here(
    bench: Bench, change: Callable[[Platform], object], told: str
) -> None:
    """Edited, gone or answered in the last moment: the reply does not leave, and says why."""
    reply = bench.published()
    change(bench.platform)
    bench.settle()

    held = bench.held(reply)
    assert held.state == "failed"
    assert told in (held.problem or "")
    assert (bench.on_platform(), bench.platform.writes()) == ([], 0)


def test_after_another_look_it_goes(bench: Bench) -> None:
    """Whoever saw the change may send the same words."""
    reply = bench.published()
    bench.platform.chatter("Same here.")
    bench.settle()
    seen = bench.look()
    bench.do(
        lambda session: replies.retry(
            session,
            id_of(reply),
            seen_digest=seen.digest,
            post_version=seen.post_version,
            by=bench.kim,
            now=bench.clock(),
        )
    )
    bench.settle()
    assert bench.on_platform() == [THANKS]


def test_an_edit_that_was_collected_is_told_before_it_leaves(bench: Bench) -> None:
    """Publishing what was written about an earlier version is a conflict."""
    reply = bench.draft()
    edit_post(bench, "It burns now.")
    with pytest.raises(Conflict, match="changed the post"):
        bench.publish(reply)


def test_undo_takes_back_what_did_not_leave(bench: Bench) -> None:
    """Within the time nothing leaves; the draft can be published again, and goes once."""
    reply = bench.draft()
    bench.publish(reply)
    bench.clock.pass_(5)
    bench.do(lambda session: replies.undo(session, id_of(reply), by=bench.kim, now=bench.clock()))
    bench.clock.pass_(60)
    bench.settle()
    assert (bench.held(reply).state, bench.on_platform()) == ("draft", [])

    bench.publish(reply)
    bench.settle()
    with pytest.raises(Conflict, match="has left already"):
        bench.do(lambda session: replies.undo(session, id_of(reply), by=bench.kim, now=bench.clock()))
    assert bench.on_platform() == [THANKS]


def test_an_undo_in_the_last_moment_wins(bench: Bench) -> None:
    """The worker has looked at the post already when it is taken back."""
    reply = bench.published()

    def meanwhile(step: str) -> None:
        if step == "reply:looked":
            bench.do(lambda session: replies.undo(session, id_of(reply), by=bench.kim, now=bench.clock()))

    bench.run(reply, replace(bench.tools, observe=meanwhile))
    assert (bench.held(reply).state, bench.platform.writes()) == ("draft", 0)


def test_two_workers_at_once_send_one(bench: Bench) -> None:
    """While one holds the reply, another comes back later."""
    reply = bench.published()
    waits: list[float] = []

    def meanwhile(step: str) -> None:
        if step == "reply:looked":
            waits.extend(job.wait_seconds for job in bench.run(reply).next)

    bench.run(reply, replace(bench.tools, observe=meanwhile))
    assert waits == [5]
    assert bench.platform.writes() == 1


def test_the_pace_of_our_account_is_kept(bench: Bench) -> None:
    """Where the turn is some seconds away, the job comes back then."""
    reply = bench.published()
    (job,) = bench.run(reply, replace(bench.tools, turn_to_reply=lambda _: 12.5)).next
    assert (job.wait_seconds, bench.platform.writes()) == (12.5, 0)


def test_without_a_program_a_person_pastes_it(bench: Bench) -> None:
    """It says where and what; once it is done there, the case is answered."""
    tools = replace(bench.tools, replier=lambda _: None, door=lambda _: ReplyDoor.LINK)
    bench.tools = tools
    seen = bench.look()
    assert (seen.standing, seen.deep_link) == (None, "https://lamps.example/111")
    reply = bench.draft(seen=seen)
    bench.publish(reply)
    bench.settle()

    held = bench.held(reply)
    assert held.state == "manual"
    assert "https://lamps.example/111" in (held.what_to_do or "")
    with pytest.raises(ServiceError, match="https"):
        bench.do(
            lambda session: replies.sent_by_hand(session, id_of(reply), url="here", by=bench.kim, now=bench.clock())
        )
    url = "https://lamps.example/112"
    bench.do(lambda session: replies.sent_by_hand(session, id_of(reply), url=url, by=bench.kim, now=bench.clock()))
    assert (bench.held(reply).state, bench.held(reply).remote_url, bench.case().state) == ("sent", url, "answered")


def test_the_database_itself_refuses_a_second(bench: Bench) -> None:
    """Whatever an action overlooks: two replies cannot be on their way to one post."""
    first, second = bench.draft(), bench.draft("Hello!", by=bench.ada)
    both = update(Reply).where(col(Reply.id).in_([id_of(first), id_of(second)])).values(state="approved")
    with bench.engine.begin() as connection, pytest.raises(IntegrityError, match="ix_replies_one_alive"):
        connection.execute(both)
