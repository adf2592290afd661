"""One delivery reaches Slack once, whatever goes wrong on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import Engine, select

from service.models import Delivery, Post
from service.models.columns import id_of
from service.pipeline import deliver, route
from service.pipeline.outcome import Outcome
from service.store import deliveries
from service.store.database import transaction
from service.store.deliveries import Wanted
from service.store.erasure import erase
from service.testing import slack
from service.testing.factories import NOW, make_author, make_post, make_source
from service.testing.slack.workspace import Workspace
from service.testing.tools import make_tools
from service.tools import Tools


class Killed(BaseException):
    """Stands for a process that is killed: nothing of ours catches it."""


@dataclass
class Bench:
    """A delivery about a post, a made-up Slack, and the tools between them."""

    engine: Engine
    workspace: Workspace
    tools: Tools
    delivery_id: int
    post_id: int

    def run(self, tools: Tools | None = None) -> Outcome:
        """One job's worth of work."""
        return deliver.run(self.delivery_id, tools or self.tools)

    def run_until_done(self) -> None:
        """All the jobs that follow from the first."""
        for _ in range(6):
            if not self.run().next:
                return
        raise AssertionError("the delivery never comes to rest")

    def state(self) -> Delivery:
        """The delivery as it is stored."""
        with transaction(self.engine) as session:
            return session.scalars(select(Delivery)).one()

    def texts(self) -> list[str]:
        """The messages in Slack."""
        return [str(message) for message in self.workspace.messages()]


@pytest.fixture
def bench(database: Engine) -> Iterator[Bench]:
    """A post that a rule sends to #support."""
    workspace = Workspace()
    with slack.running(workspace) as url:
        tools = make_tools(database, environment={"SLACK_BOT_TOKEN": "xoxb-made-up", "SLACK_API_URL": url})
        with transaction(database) as session:
            source = make_source(session, name="steam-ironwake", kind="steam", product="Ironwake")
            post = make_post(session, source, text="It crashes on load.", author=make_author(session, handle="ann"))
            wanted = Wanted(
                post_id=id_of(post),
                target="slack",
                address="#support",
                reason="reports a bug: rule 'Bugs'",
                rules=["Bugs"],
            )
            (delivery_id,) = deliveries.ask(session, [wanted], now=NOW)
            post_id = id_of(post)
        yield Bench(database, workspace, tools, delivery_id, post_id)


def test_a_card_is_sent_and_its_receipt_kept(bench: Bench) -> None:
    """The delivery knows where its card stands."""
    assert not bench.run().next

    (message,) = bench.workspace.messages()
    state = bench.state()
    assert (state.state, state.remote_id) == ("sent", message["ts"])
    assert "It crashes on load." in bench.texts()[0]


def test_asking_twice_is_one_delivery(bench: Bench) -> None:
    """The same rule on the same post never makes a second card."""
    again = Wanted(post_id=bench.post_id, target="slack", address="#support", reason="again", rules=["Bugs"])
    with transaction(bench.engine) as session:
        assert deliveries.ask(session, [again], now=NOW) == []


def test_running_again_sends_nothing(bench: Bench) -> None:
    """A job that runs twice leaves one card."""
    bench.run()
    assert not bench.run().next
    assert len(bench.texts()) == 1


def test_a_changed_post_changes_its_card_in_place(bench: Bench) -> None:
    """There is one card, and it says what the post says now."""
    bench.run()
    with transaction(bench.engine) as session:
        session.get_one(Post, bench.post_id).text = "It crashes on save too."
    bench.run_until_done()

    (text,) = bench.texts()
    assert "It crashes on save too." in text
    assert "on load" not in text


@pytest.mark.parametrize("step", ["deliver:prepared", "deliver:acted"])
def test_a_kill_between_two_steps_leaves_one_card(bench: Bench, step: str) -> None:
    """Whether the message had left or not, the next worker finds out by looking, and there is one card."""

    def killed_at(name: str) -> None:
        if name == step:
            raise Killed

    with pytest.raises(Killed):
        bench.run(replace(bench.tools, observe=killed_at))
    assert bench.state().state == "sending"
    bench.run_until_done()

    assert bench.state().state == "sent"
    assert len(bench.texts()) == 1


@pytest.mark.parametrize("fault", ["dropped", "failed_after"])
def test_a_lost_answer_is_settled_by_looking(bench: Bench, fault: str) -> None:
    """Slack took the card and the answer was lost: it is uncertain, then found, never sent again."""
    setattr(bench.workspace.faults, fault, 1)
    outcome = bench.run()

    assert bench.state().state == "uncertain"
    assert [job.arguments for job in outcome.next] == [{"delivery_id": bench.delivery_id}]
    bench.run_until_done()
    assert bench.state().state == "sent"
    assert len(bench.texts()) == 1


def test_looking_in_vain_keeps_the_question_open(bench: Bench) -> None:
    """While Slack cannot be asked, an uncertain card is neither given up nor sent again."""
    bench.workspace.faults.dropped = 1
    bench.run()
    bench.workspace.faults.rate_limited = 1
    outcome = bench.run()

    assert bench.state().state == "uncertain"
    assert outcome.next
    bench.run_until_done()
    assert len(bench.texts()) == 1


def test_a_busy_target_is_tried_when_it_said(bench: Bench) -> None:
    """Slack's Retry-After is the wait of the next job."""
    bench.workspace.faults.rate_limited = 1
    bench.workspace.faults.retry_after = 17
    (job,) = bench.run().next

    assert job.wait_seconds == 17
    assert bench.state().state == "approved"


def test_a_refusal_says_what_a_person_must_do(bench: Bench) -> None:
    """A missing channel parks the delivery with words that help."""
    bench.workspace.faults.answers = ["channel_not_found"]
    assert not bench.run().next

    state = bench.state()
    assert state.state == "failed"
    assert state.what_to_do
    assert "xoxb" not in f"{state.problem} {state.what_to_do}"


def test_two_workers_at_once_send_one_card(bench: Bench) -> None:
    """While one worker holds the delivery, another comes back later."""
    later: list[Outcome] = []

    def meanwhile(name: str) -> None:
        if name == "deliver:prepared":
            later.append(bench.run())

    bench.run(replace(bench.tools, observe=meanwhile))

    assert [job.wait_seconds for job in later[0].next] == [5]
    assert len(bench.texts()) == 1


def test_what_was_deleted_meanwhile_is_not_announced(bench: Bench) -> None:
    """A post that is gone before its card left never gets one."""
    with transaction(bench.engine) as session:
        post = session.get_one(Post, bench.post_id)
        post.deleted_at, post.text = NOW, ""
    assert not bench.run().next

    assert bench.state().state == "failed"
    assert bench.texts() == []


def test_a_deletion_takes_the_words_off_the_card_and_out_of_our_copy(bench: Bench) -> None:
    """The card stays in its place and says that the post is gone; text and author are nowhere any more."""
    bench.run()
    erase_post(bench)
    assert bench.state().payload is None
    bench.run_until_done()

    (text,) = bench.texts()
    for place in (text, str(bench.state().payload)):
        assert "crashes" not in place
        assert "ann" not in place.lower().split()
    assert bench.state().state == "sent"


def test_a_deletion_while_the_card_is_on_its_way_is_not_overlooked(bench: Bench) -> None:
    """Routing looks before the receipt is written: the card is taken for one that people may see."""

    def delete(step: str) -> None:
        if step == "deliver:prepared":
            erase_post(bench)
            with transaction(bench.engine) as session:
                session.get_one(Post, bench.post_id).grouped_version = 2
                outcome = route.run(session, [bench.post_id], bench.tools)
            assert [job.arguments for job in outcome.next] == [{"delivery_id": bench.delivery_id}]

    bench.run(replace(bench.tools, observe=delete))
    assert "crashes" in bench.texts()[0]
    bench.run_until_done()  # the job that routing asked for
    assert "crashes" not in bench.texts()[0]
    assert "crashes" not in str(bench.state().payload)


def erase_post(bench: Bench) -> None:
    """The platform says that the post is gone."""
    with transaction(bench.engine) as session:
        post = session.get_one(Post, bench.post_id)
        assert erase(session, post.source_id, [post.external_id], now=NOW) == [bench.post_id]
