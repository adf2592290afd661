"""A reply that stands: changed in place, taken down, and never held to stand where it may not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from service.actions import replies
from service.errors import Conflict
from service.models.columns import id_of
from service.store.database import transaction
from tests.contract.repliers.fake import Fault
from tests.database.replying import THANKS, Bench, bench_on


@pytest.fixture
def bench(database: Engine) -> Iterator[Bench]:
    """A post that waits for an answer."""
    with bench_on(database) as bench:
        yield bench


def test_what_stands_is_changed_in_place(bench: Bench) -> None:
    """A change is one more request, and no second reply; a lost answer is made good by repeating it."""
    reply = bench.published()
    bench.settle()
    bench.do(
        lambda session: replies.edit(
            session, id_of(reply), "We fixed it.", by=bench.kim, now=bench.clock(), tools=bench.tools
        )
    )
    bench.platform.fail(Fault.DROPPED)
    bench.settle()

    held = bench.held(reply)
    assert bench.on_platform() == ["We fixed it."]
    assert (held.state, held.sent_text, held.wish) == ("sent", "We fixed it.", "publish")


def test_a_change_can_be_taken_back(bench: Bench) -> None:
    """Then the words are those that stand there."""
    reply = bench.published()
    bench.settle()
    bench.do(
        lambda session: replies.edit(session, id_of(reply), "No.", by=bench.kim, now=bench.clock(), tools=bench.tools)
    )
    bench.do(lambda session: replies.undo(session, id_of(reply), by=bench.kim, now=bench.clock()))
    bench.settle()
    assert (bench.held(reply).state, bench.held(reply).text, bench.on_platform()) == ("sent", THANKS, [THANKS])


def test_a_change_that_failed_leaves_no_room_for_a_second_reply(bench: Bench) -> None:
    """The first still stands there."""
    reply = bench.published()
    bench.settle()
    bench.do(
        lambda session: replies.edit(session, id_of(reply), "No.", by=bench.kim, now=bench.clock(), tools=bench.tools)
    )
    bench.platform.fail(Fault.FORBIDDEN)
    bench.settle()
    assert bench.held(reply).state == "failed"
    with pytest.raises(Conflict, match="Kim's reply stands there"):
        bench.draft("Another one.", by=bench.ada)
    bench.do(lambda session: replies.drop(session, id_of(reply), by=bench.kim, now=bench.clock()))
    assert (bench.held(reply).state, bench.held(reply).text) == ("sent", THANKS)


def test_what_was_taken_down_makes_room(bench: Bench) -> None:
    """It is gone there, the case is open again, and the next reply may come."""
    reply = bench.published()
    bench.settle()
    bench.do(
        lambda session: replies.take_down(session, id_of(reply), by=bench.kim, now=bench.clock(), tools=bench.tools)
    )
    bench.platform.fail(Fault.DROPPED)
    bench.settle()
    assert bench.on_platform() == []
    assert (bench.held(reply).removed_at is not None, bench.case().state) == (True, "claimed")

    second = bench.draft("Now with more care.")
    bench.publish(second)
    bench.settle()
    assert bench.on_platform() == ["Now with more care."]


def test_what_stands_is_not_reworded(bench: Bench) -> None:
    """There is another action for that, which knows that people read it."""
    reply = bench.published()
    bench.settle()
    seen = bench.look()
    with pytest.raises(Conflict, match="stands there"), transaction(bench.engine) as session:
        replies.reword(
            session,
            id_of(reply),
            "Hm.",
            seen_digest=seen.digest,
            post_version=seen.post_version,
            by=bench.kim,
            now=bench.clock(),
            tools=bench.tools,
            queue=bench.queue,
        )


@pytest.mark.parametrize("fault", [Fault.FORBIDDEN, Fault.BUSY, Fault.WRONG])
def test_an_open_removal_is_settled_by_repeating_alone(bench: Bench, fault: Fault) -> None:
    """It was done and the answer was lost; whatever goes wrong then, nobody is told that it stands."""
    reply = bench.published()
    bench.settle()
    bench.do(
        lambda session: replies.take_down(session, id_of(reply), by=bench.kim, now=bench.clock(), tools=bench.tools)
    )
    bench.clock.pass_(60)
    bench.platform.fail(Fault.DROPPED)
    bench.run(reply)
    bench.platform.fail(fault)
    bench.run(reply)
    assert bench.held(reply).state == "uncertain"
    with pytest.raises(Conflict, match="has left"):
        bench.do(lambda session: replies.undo(session, id_of(reply), by=bench.kim, now=bench.clock()))
    bench.settle()
    assert bench.held(reply).removed_at is not None
