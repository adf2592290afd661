"""Storing what a source told: once, in versions, and emptied when it is gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import col

from collectors.base import Author, Post, PostKind
from service.models import Author as StoredAuthor
from service.models import Delivery, PostVersion, SetAsideItem, Source
from service.models import Post as StoredPost
from service.store import rechecks
from service.store.authors import Accounts
from service.store.database import transaction
from service.store.posts import Stored, lock_behind, mark, store_posts, unfinished
from service.testing.factories import make_delivery, make_reading, make_set_aside, make_source

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_post(external_id: str = "1", text: str = "It crashes.", **more: Any) -> Post:
    """A review by Ann."""
    fields: dict[str, Any] = {
        "kind": PostKind.REVIEW,
        "url": f"https://example.org/{external_id}",
        "created_at": NOW - timedelta(days=1),
        "author": Author(external_id="a-1", handle="ann"),
        "raw": {"id": external_id, "text": text},
    }
    return Post(external_id=external_id, text=text, **(fields | more))


@pytest.fixture
def source(database: Engine) -> Source:
    """A source to store under."""
    with transaction(database) as session:
        return make_source(session, name="steam-ironwake", kind="steam", product="Ironwake")


def store(engine: Engine, source: Source, *posts: Post, gone: tuple[str, ...] = (), now: datetime = NOW) -> Stored:
    """Store a page in a transaction of its own."""
    with transaction(engine) as session:
        return store_posts(session, source, posts, gone, accounts=Accounts("steam"), product=lambda _: None, now=now)


def one(engine: Engine) -> StoredPost:
    """The only post there is."""
    with transaction(engine) as session:
        return session.scalars(select(StoredPost)).one()


def count(engine: Engine, table: Any) -> int:
    """How many rows a table has."""
    with transaction(engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_same_page_twice_is_stored_once(database: Engine, source: Source) -> None:
    """A page that comes again adds nothing and asks for no work."""
    first = store(database, source, a_post("1"), a_post("2"))
    again = store(database, source, a_post("1"), a_post("2"), now=NOW + timedelta(hours=1))

    assert (len(first.new), again.to_read) == (2, [])
    assert (count(database, StoredPost), count(database, PostVersion), count(database, StoredAuthor)) == (2, 2, 1)


def test_an_edit_is_a_version_with_its_own_payload(database: Engine, source: Source) -> None:
    """A changed text keeps the earlier one beside it."""
    (post_id,) = store(database, source, a_post(text="Bad.")).new
    stored = store(database, source, a_post(text="Good since the patch.", rating=1.0))

    assert stored.changed == [post_id]
    assert (one(database).version, one(database).text, one(database).rating) == (2, "Good since the patch.", 1.0)
    with transaction(database) as session:
        versions = session.scalars(select(PostVersion).order_by(col(PostVersion.version))).all()
    assert [(v.text, v.raw) for v in versions] == [
        ("Bad.", {"id": "1", "text": "Bad."}),
        ("Good since the patch.", {"id": "1", "text": "Good since the patch."}),
    ]


def test_other_counts_are_no_version(database: Engine, source: Source) -> None:
    """Likes change all day; only title, text and rating make a version."""
    store(database, source, a_post())
    stored = store(database, source, a_post(url="https://example.org/moved"))

    assert stored.to_read == []
    assert one(database).version == 1


def test_gone_means_that_nothing_of_the_words_is_left(database: Engine, source: Source) -> None:
    """A deletion empties text, author, payloads and the reading; the tombstone stays."""
    (post_id,) = store(database, source, a_post(title="Oh no", order_number="O-1")).new
    with transaction(database) as session:
        make_reading(session, session.get_one(StoredPost, post_id))
    stored = store(database, source, gone=("1", "never seen"), now=NOW)

    assert stored.gone == [post_id]
    post = one(database)
    assert (post.text, post.title, post.url, post.author_id, post.order_number) == ("", None, None, None, None)
    assert post.deleted_at == NOW
    with transaction(database) as session:
        assert [(v.text, v.raw) for v in session.scalars(select(PostVersion))] == [("", None)]
        assert session.execute(select(func.count()).select_from(StoredPost.metadata.tables["readings"])).scalar() == 0
    assert store(database, source, gone=("1",)).to_read == []


def test_what_comes_back_after_a_deletion_is_alive_again(database: Engine, source: Source) -> None:
    """A platform that hid a post for an hour has not lost it for us."""
    store(database, source, a_post())
    store(database, source, gone=("1",))
    stored = store(database, source, a_post())

    assert len(stored.changed) == 1
    assert (one(database).deleted_at, one(database).text) == (None, "It crashes.")


@pytest.mark.parametrize(
    ("hostile", "kept"),
    [("a\x00b", "a\ufffdb"), ("half \ud83d", "half \ufffd"), ("pair \ud83d\ude00", "pair 😀")],
    ids=["nul", "half a surrogate pair", "a pair as two escapes"],
)
def test_text_that_postgresql_refuses_is_mended(database: Engine, source: Source, hostile: str, kept: str) -> None:
    """Such characters are replaced, in the payload too, and the neighbours are stored."""
    store(database, source, a_post("1", hostile), a_post("2"))

    with transaction(database) as session:
        texts = session.scalars(select(StoredPost.text).order_by(col(StoredPost.external_id))).all()
        raw = session.scalars(select(PostVersion.raw).order_by(col(PostVersion.id))).first()
    assert texts == [kept, "It crashes."]
    assert raw == {"id": "1", "text": kept}


def test_the_source_names_the_product_where_the_platform_does_not(database: Engine, source: Source) -> None:
    """Our name for a product wins, then the platform's, then the source's."""
    store(database, source, a_post("1"), a_post("2", product="Something else"))

    with transaction(database) as session:
        products = session.scalars(select(StoredPost.product).order_by(col(StoredPost.external_id))).all()
    assert products == ["Ironwake", "Something else"]


def test_a_stage_sees_each_version_once(database: Engine, source: Source) -> None:
    """What a stage has marked is not handed to it again, until the post changes."""
    ids = store(database, source, a_post()).new
    with transaction(database) as session:
        mark(session, lock_behind(session, ids, "understood"), "understood")
    with transaction(database) as session:
        assert lock_behind(session, ids, "understood") == []
    store(database, source, a_post(text="Changed."))
    with transaction(database) as session:
        assert [post.id for post in lock_behind(session, ids, "understood")] == ids


def test_two_workers_never_hold_one_post(database: Engine, source: Source) -> None:
    """What one transaction holds, another passes over instead of waiting."""
    ids = store(database, source, a_post("1"), a_post("2")).new
    with transaction(database) as one_worker, transaction(database) as other_worker:
        held = lock_behind(one_worker, ids[:1], "linked")
        seen = lock_behind(other_worker, ids, "linked")
        assert ([p.id for p in held], [p.id for p in seen]) == (ids[:1], ids[1:])


def test_forgotten_posts_are_found(database: Engine, source: Source) -> None:
    """A post that has not come to its last stage for long is on the list; a fresh one is not."""
    ids = store(database, source, a_post()).new
    with transaction(database) as session:
        assert unfinished(session, seen_before=NOW + timedelta(minutes=1), most=10) == ids
        assert unfinished(session, seen_before=NOW - timedelta(minutes=1), most=10) == []


def test_what_is_due_for_another_look(database: Engine, source: Source) -> None:
    """Newest first; deleted ones need no second look, and those that were just asked about none either."""
    store(database, source, *(a_post(name) for name in ("1", "2", "3", "4")))
    store(database, source, gone=("1",))
    number, later = source.id or 0, NOW + timedelta(hours=25)
    with transaction(database) as session:
        assert rechecks.due(session, number, checked_before=NOW, most=10) == ["4", "3", "2"]
        rechecks.note(session, number, ["4", "3"], now=NOW)
        assert rechecks.due(session, number, checked_before=NOW, most=10) == ["2"]
        assert rechecks.due(session, number, checked_before=later, most=2) == ["4", "3"]


def test_a_deletion_reaches_every_copy(database: Engine, source: Source) -> None:
    """The card as we keep it, what was set aside, and an author of whom nothing else is left."""
    one_author, busy = (Author(external_id=name, handle=name) for name in ("u1", "u2"))
    ids = store(
        database, source, a_post("post-1", author=one_author), a_post("post-2", author=busy), a_post("3", author=busy)
    ).new
    with transaction(database) as session:
        post = session.get_one(StoredPost, ids[0])
        make_delivery(session, post=post, payload={"text": "It crashes."})
        make_delivery(session, post=session.get_one(StoredPost, ids[2]), payload={"text": "stays"})
        make_set_aside(session, session.merge(source), place="page 1", reason="no date", raw='{"id": "post-1"}')
        make_set_aside(session, session.merge(source), place="page 2", reason="no date", raw='{"id": "other"}')
    store(database, source, gone=("post-1", "post-2"))

    with transaction(database) as session:
        assert [d.payload for d in session.scalars(select(Delivery).order_by(col(Delivery.id)))] == [
            None,
            {"text": "stays"},
        ]
        assert sorted(item.raw for item in session.scalars(select(SetAsideItem))) == ["", '{"id": "other"}']
        assert [author.handle for author in session.scalars(select(StoredAuthor))] == ["u2"]
