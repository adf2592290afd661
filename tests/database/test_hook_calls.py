"""From a kept call to posts: read in order, once, by the real collector; forgotten when it was read long ago."""

from __future__ import annotations

import base64
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text

from service import bootstrap, configuration
from service.errors import ConfigError
from service.jobs.queue import queue
from service.models import HookCall, Post, SetAsideItem, Source
from service.models.columns import id_of
from service.pipeline import collect, upkeep
from service.settings import Settings, default_config_dir
from service.store import hook_calls
from service.store.database import transaction
from service.testing.factories import make_source
from tests.recorded.calls import KEYS

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def source_id(database: Engine) -> int:
    """A source that hears."""
    with transaction(database) as session:
        return id_of(make_source(session, name="shop-events", kind="webhook", next_due_at=NOW + timedelta(hours=1)))


def bring(engine: Engine, name: str, body: str, *, now: datetime = NOW) -> bool:
    """A call that passed the door."""
    with transaction(engine) as session:
        return hook_calls.keep(session, "shop-events", kinds={"webhook"}, name=name, content=body.encode(), now=now)


def listen(engine: Engine, source_id: int) -> None:
    """Listen once, with the wiring of a worker."""
    settings = Settings.load({"EARFUL_CONFIG_DIR": str(default_config_dir()), **KEYS})
    found = configuration.load(settings.config_dir, settings.environment)
    tools = bootstrap.build(settings, found, engine=engine)
    collect.run(source_id, replace(tools, clock=lambda: NOW), queue)


def test_calls_become_posts(database: Engine, source_id: int) -> None:
    """Each once; a bad one is set aside under the sender's id; a deletion empties its post."""
    bring(database, "a", '{"id": 1, "text": "It flickers"}')
    bring(database, "b", "nonsense")
    listen(database, source_id)
    bring(database, "c", '{"type": "review.deleted", "data": {"id": 1}}')
    bring(database, "d", '{"id": 2, "text": "It shines"}')
    listen(database, source_id)
    with transaction(database) as session:
        found = {post.external_id: (post.text, post.deleted_at) for post in session.scalars(select(Post))}
        aside = session.scalars(select(SetAsideItem)).one()
        assert session.scalars(select(Source.state)).one() == "listening"
    assert found == {"1": ("", NOW), "2": ("It shines", None)}
    assert aside.place == "call b"


def test_a_call_makes_its_source_due(database: Engine, source_id: int) -> None:
    """One that came before does not: what it brought was read already."""
    assert bring(database, "a", "{}")
    with transaction(database) as session:
        source = session.get_one(Source, source_id)
        assert source.next_due_at == NOW
        source.next_due_at = NOW + timedelta(hours=1)
    assert not bring(database, "a", "{}")
    with transaction(database) as session:
        assert session.get_one(Source, source_id).next_due_at == NOW + timedelta(hours=1)


def test_numbers_of_a_source_are_committed_in_their_order(database: Engine, source_id: int) -> None:
    """A second call waits for the first, so that nobody who reads in between skips one."""
    order: list[str] = []

    def second() -> None:
        bring(database, "second", "{}")
        order.append("second")

    with transaction(database) as session:
        hook_calls.keep(session, "shop-events", kinds={"webhook"}, name="first", content=b"{}", now=NOW)
        thread = threading.Thread(target=second)
        thread.start()
        _wait_for_a_lock(database)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    found = hook_calls.StoredCalls(database, source_id).after(0, most=10)
    assert [call.name for call in found] == ["first", "second"]


def _wait_for_a_lock(engine: Engine) -> None:
    """Until another connection waits for a lock."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for _ in range(500):
            if connection.scalar(waiting):
                return
            connection.execute(text("SELECT pg_sleep(0.02)"))
    raise AssertionError("nobody waited")


def test_what_was_read_long_ago_is_forgotten(database: Engine, source_id: int) -> None:
    """What was not read yet stays, however old, and so does what a sender may still send again."""
    long_ago = NOW - timedelta(days=8)
    bring(database, "old", '{"id": 1, "text": "x"}', now=long_ago)
    bring(database, "new", '{"id": 2, "text": "x"}')
    listen(database, source_id)
    bring(database, "old and unread", '{"id": 3, "text": "x"}', now=long_ago)
    with transaction(database) as session:
        upkeep.forget_calls(session, NOW)
    with transaction(database) as session:
        assert sorted(session.scalars(select(HookCall.name))) == ["new", "old and unread"]


def test_the_secret_comes_from_the_environment() -> None:
    """None is no door; a word that is no secret stops the start, and is not shown."""
    assert bootstrap.hook_secrets(Settings.load({}))("shop-events") == ()
    assert len(bootstrap.hook_secrets(Settings.load(KEYS))("shop-events")) == 1
    with pytest.raises(ConfigError, match="WEBHOOK_SECRET") as caught:
        bootstrap.hook_secrets(Settings.load({"WEBHOOK_SECRET": "hunter2"}))
    assert "hunter2" not in str(caught.value)


def test_a_source_may_have_a_secret_of_its_own() -> None:
    """It goes before the common one; the others keep that."""
    other = "whsec_" + base64.b64encode(b"of the shop alone, and long".ljust(32)).decode()
    settings = Settings.load({**KEYS, "WEBHOOK_SECRET_SHOP_EVENTS": other})
    secrets = bootstrap.hook_secrets(settings, ["shop-events", "forum"])
    assert secrets("shop-events") != secrets("forum")
    assert secrets("forum") == secrets("anybody") == bootstrap.hook_secrets(Settings.load(KEYS))("shop-events")
    with pytest.raises(ConfigError, match="of the source shop-events"):
        bootstrap.hook_secrets(Settings.load({"WEBHOOK_SECRET_SHOP_EVENTS": "hunter2"}), ["shop-events"])
