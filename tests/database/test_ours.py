"""What we wrote ourselves comes back through our own collectors, and is no post."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from collectors.base import Author as CollectedAuthor
from collectors.base import Post as CollectedPost
from collectors.base import PostKind
from service.models import Post, Source
from service.store.authors import Accounts
from service.store.database import transaction
from service.store.posts import Stored, store_posts
from tests.database.replying import Bench, Killed, bench_on

REPLY = "120"  # the made-up server's first
US, ANA = CollectedAuthor(external_id="lamps@lamps.example"), CollectedAuthor(external_id="ana@lamps.example")


@pytest.fixture
def bench(database: Engine) -> Iterator[Bench]:
    """A post that can be answered."""
    with bench_on(database) as bench:
        yield bench


def read(bench: Bench, *posts: tuple[str, CollectedAuthor], ours: frozenset[str] = frozenset()) -> Stored:
    """A page with these posts, as (external id, author)."""
    page = [
        CollectedPost(
            kind=PostKind.COMMENT,
            external_id=name,
            url=None,
            text="Hello",
            created_at=bench.clock() + timedelta(minutes=1),
            author=author,
            raw={"id": name},
        )
        for name, author in posts
    ]
    with transaction(bench.engine) as session:
        source, accounts = session.exec(select(Source)).one(), Accounts("mastodon", ours)
        return store_posts(session, source, page, [], accounts=accounts, product=lambda _: None, now=bench.clock())


def kept(bench: Bench) -> set[str]:
    """The external ids of all posts that are there."""
    with transaction(bench.engine) as session:
        return set(session.scalars(select(Post.external_id).where(col(Post.deleted_at).is_(None))))


def test_a_reply_that_is_read_back_is_no_post(bench: Bench) -> None:
    """And from then on its account is known: what else it writes is none either."""
    reply = bench.published()
    bench.run(reply)
    assert bench.held(reply).remote_id == REPLY

    stored = read(bench, (REPLY, US), ("112", ANA))
    assert (len(stored.new), kept(bench)) == (1, {"111", "112"})

    assert read(bench, ("113", US), ("114", ANA)).gone == []
    assert kept(bench) == {"111", "112", "114"}


def test_a_reply_that_is_read_before_we_know_that_it_arrived_is_taken_out(bench: Bench) -> None:
    """The worker dies between the platform's answer and our note of it, and the collector is quicker."""
    reply = bench.published()
    with pytest.raises(Killed):
        bench.run(reply, bench.killed_at("reply:acted"))
    early = read(bench, (REPLY, US), ("112", ANA))
    assert kept(bench) == {"111", "112", REPLY}

    bench.settle()
    assert (bench.held(reply).state, kept(bench)) == ("sent", {"111", "112"})
    with transaction(bench.engine) as session:
        left = session.get_one(Post, early.new[0])
        assert (left.text, left.version > left.routed_version) == ("", True)


def test_accounts_that_company_yaml_names_are_ours(bench: Bench) -> None:
    """However they are spelled; what was kept of them before goes, and its issue and cards follow."""
    early = read(bench, ("115", US), ("116", ANA))
    assert len(early.new) == 2
    late = read(bench, ("117", US), ours=frozenset({"lamps@lamps.example"}))
    assert (late.new, late.gone) == ([], [early.new[0]])
    assert kept(bench) == {"111", "116"}
    assert read(bench, ("118", US)).new, "not ours any more, once company.yaml does not say so"
