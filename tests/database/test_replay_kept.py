"""Kept payloads are read again by the parser of today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from collectors.base import Engagement, Post, PostKind, PostUnreadable, RawPost
from service.jobs.queue import queue
from service.models import Post as StoredPost
from service.models import PostVersion, SetAsideItem
from service.models.columns import id_of
from service.pipeline import replay
from service.pipeline.replay import Replayed
from service.store import retention
from service.store.authors import Accounts
from service.store.database import transaction
from service.store.posts import store_posts
from service.store.replay import count_kept
from service.testing.factories import make_source
from service.testing.tools import ScriptedCollector, make_tools, scripted

SEEN, NOW = datetime(2026, 11, 1, 12, tzinfo=UTC), datetime(2026, 11, 20, 12, tzinfo=UTC)


class Parser(ScriptedCollector):
    """A parser that a later version of Earful brings."""

    def __init__(self, **better: Any) -> None:
        super().__init__([])
        self.better = better

    def parse(self, raw: RawPost) -> Post:
        """Reads the text, and what it does better."""
        if raw["text"] == "broken":
            raise PostUnreadable("No text can be read.", raw=str(raw))
        fields: dict[str, Any] = {
            "kind": PostKind.POST,
            "external_id": str(raw["id"]),
            "url": None,
            "text": str(raw["text"]),
            "created_at": SEEN - timedelta(days=1),
            "raw": raw,
        }
        return Post(**(fields | {key: value(raw) for key, value in self.better.items()}))


@pytest.fixture
def source_id(database: Engine) -> int:
    """A source with three posts, stored by the parser of then."""
    with transaction(database) as session:
        source = make_source(session)
        raws: list[RawPost] = [{"id": str(n), "text": words} for n, words in enumerate(("one", "two", "three"))]
        posts = [Parser(engagement=lambda _: Engagement(likes=3)).parse(raw) for raw in raws]
        store_posts(session, source, posts, (), accounts=Accounts("x"), product=lambda _: None, now=SEEN)
        return id_of(source)


def run(engine: Engine, source_id: int, parser: Parser) -> Replayed:
    """Read all of it again."""
    heard: list[int] = []
    tools = make_tools(engine, clock=lambda: NOW, collector=scripted(parser))
    told = replay.run(source_id, tools, queue, advance=lambda so_far: heard.append(so_far.read))
    assert heard == [told.read]
    return told


def held(engine: Engine) -> list[StoredPost]:
    """The posts as they are stored."""
    with transaction(engine) as session:
        return list(session.scalars(select(StoredPost).order_by(col(StoredPost.id))))


def test_the_same_parser_changes_nothing(database: Engine, source_id: int) -> None:
    """Neither version nor when it was last seen."""
    assert run(database, source_id, Parser()) == Replayed(read=3)
    assert [(post.version, post.last_seen_at) for post in held(database)] == [(1, SEEN)] * 3


def test_what_is_read_otherwise_becomes_another_version(database: Engine, source_id: int) -> None:
    """With its payload, behind live posts in the queue; a second run finds nothing to do."""
    parser = Parser(text=lambda raw: str(raw["text"]).replace("two", "zwei"))
    assert run(database, source_id, parser) == Replayed(read=3, changed=1)
    assert [(post.text, post.version, post.last_seen_at) for post in held(database)] == [
        ("one", 1, SEEN),
        ("zwei", 2, SEEN),
        ("three", 1, SEEN),
    ]
    with transaction(database) as session:
        versions = session.scalars(select(PostVersion).where(col(PostVersion.version) == 2)).one()
        assert (versions.text, versions.raw) == ("zwei", {"id": "1", "text": "two"})
    assert run(database, source_id, parser) == Replayed(read=3)


def test_what_is_told_better_is_mended_in_place(database: Engine, source_id: int) -> None:
    """An address that the old parser missed makes no new version, and counts that moved on are left alone."""
    parser = Parser(url=lambda raw: f"https://forum.example.org/{raw['id']}")
    assert run(database, source_id, parser) == Replayed(read=3, mended=3)
    assert [(post.url, post.version, post.likes) for post in held(database)] == [
        (f"https://forum.example.org/{n}", 1, 3) for n in range(3)
    ]


def test_what_can_no_longer_be_read_is_set_aside_and_stays(database: Engine, source_id: int) -> None:
    """So is a post to which the parser gives another name."""
    with transaction(database) as session:
        version = session.scalars(select(PostVersion).order_by(col(PostVersion.id)).limit(1)).one()
        version.raw = {"id": "0", "text": "broken"}
    parser = Parser(external_id=lambda raw: "renamed" if raw["id"] == "2" else str(raw["id"]))
    assert run(database, source_id, parser) == Replayed(read=3, set_aside=2)
    assert [post.text for post in held(database)] == ["one", "two", "three"]
    with transaction(database) as session:
        aside = {item.place: item.reason for item in session.scalars(select(SetAsideItem))}
    assert aside == {
        "replay, post 0": "No text can be read.",
        "replay, post 2": "The parser now calls this post renamed, so it would be stored twice.",
    }


def test_forgotten_payloads_and_deleted_posts_are_left_out(database: Engine, source_id: int) -> None:
    """There is nothing to read."""
    with transaction(database) as session:
        assert count_kept(session, source_id) == 3
        retention.forget_raw(session, "tabular", seen_before=NOW)
        assert count_kept(session, source_id) == 0
    tools = make_tools(database, clock=lambda: NOW, collector=scripted(Parser()))
    assert replay.run(source_id, tools, queue, advance=lambda _: None) == Replayed()
