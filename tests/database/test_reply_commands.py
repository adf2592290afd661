"""`earful reply …`: what waits is seen, tried again or settled by hand; what cannot be is told in a sentence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from service.models.columns import id_of
from service.store.database import transaction
from tests.contract.repliers.fake import Fault
from tests.database.commands import earful
from tests.database.replying import THANKS, Bench, bench_on, edit_post


@pytest.fixture
def bench(database: Engine) -> Iterator[Bench]:
    """A post that waits for an answer."""
    with bench_on(database) as bench:
        yield bench


def _failed(bench: Bench) -> str:
    """The number of a reply that its platform refused."""
    reply = bench.published()
    bench.platform.fail(Fault.FORBIDDEN)
    bench.settle()
    return str(id_of(reply))


def test_a_reply_that_failed_is_seen_and_tried_again(database: Engine, bench: Bench) -> None:
    """The list and the reply say what stands in its way; the retry is queued once with the change, and it leaves."""
    number = _failed(bench)
    listed = earful(database, "reply", "list", "--only", "failed").out
    assert THANKS in listed
    assert "Check MASTODON_ACCESS_TOKEN" in listed
    shown = earful(database, "reply", "show", number).out
    assert all(words in shown for words in ("failed", "by Kim", "Mastodon refused", "what to do"))
    for _ in range(2):  # a person who is not sure that it took
        again = earful(database, "reply", "retry", number)
        assert (again.code, again.err) == (0, f"Reply {number} is tried again.\n")
    with transaction(database) as session:
        jobs = session.scalars(text("SELECT args->>'reply_id' FROM procrastinate_jobs WHERE task_name = 'reply'"))
        assert list(jobs) == [number]
    assert "going" not in earful(database, "reply", "list", "--only", "failed").out
    assert THANKS in earful(database, "reply", "list", "--only", "going").out


def test_what_cannot_be_is_told(database: Engine, bench: Bench) -> None:
    """No such reply, a number that no reply can have, a post that was edited since, an address that is none."""
    told = earful(database, "reply", "show", "7")
    assert (told.code, told.err) == (1, "There is no reply 7. `earful reply list` shows them.\n")
    assert earful(database, "reply", "retry", "7").err == "There is no reply 7.\n"
    for verb in ("show", "retry", "sent-by-hand"):
        assert earful(database, "reply", verb, "9" * 30).code == 2

    number = _failed(bench)
    edit_post(bench, "The lamps are out again.")
    stale = earful(database, "reply", "retry", number)
    assert (stale.code, stale.err) == (
        1,
        "The author changed the post since you saw it. Look at it again, then answer.\n",
    )
    wrong = earful(database, "reply", "sent-by-hand", number, "--url", "lamps.example/7")
    assert (wrong.code, wrong.err) == (1, "Give the address of the reply, beginning with https://.\n")
    by_hand = earful(database, "reply", "sent-by-hand", number, "--url", "https://lamps.example/7")
    assert (by_hand.code, by_hand.err) == (0, f"Reply {number} is sent.\n")
    assert "https://lamps.example/7" in earful(database, "reply", "show", number).out
    assert earful(database, "reply", "retry", number).err == "It is sent, and did not fail.\n"
    assert bench.on_platform() == []
