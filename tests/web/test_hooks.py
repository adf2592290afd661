"""The door for webhooks: what is kept, what is refused, and what a caller learns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select
from sqlmodel import Session

from service.models import HookCall, Source
from service.testing.factories import NOW, make_source
from service.web.app import create_app
from service.web.guard import MOST_BYTES
from service.web.site import Hooks
from tests.recorded.calls import SECRET, signed
from tests.web.conftest import SomeCompany

Storing = Callable[[], AbstractContextManager[Session]]
BODY = b'{"type": "review.created", "data": {"id": 1, "text": "It flickers"}}'
DOOR = "/hooks/in/shop-events"


@pytest.fixture
def door(database: Engine, storing: Storing) -> Iterator[TestClient]:
    """The application with a secret, a source that hears, and one that does not."""
    with storing() as session:
        make_source(session, name="shop-events", kind="webhook")
        make_source(session, name="off", kind="webhook", enabled=False)
        make_source(session, name="file", kind="tabular")
    app = create_app(
        engine=database,
        company=SomeCompany(),
        clock=lambda: NOW,
        previewing=True,
        hooks=Hooks(secrets=lambda _: [b"older" * 8, SECRET]),
    )
    with TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as client:
        yield client


def kept(storing: Storing) -> list[HookCall]:
    """The calls that were kept."""
    with storing() as session:
        return list(session.scalars(select(HookCall)))


def test_a_signed_call_is_kept_as_received_and_its_source_is_due(door: TestClient, storing: Storing) -> None:
    """The bytes, the sender's id, the time; the source is listened to at once."""
    answer = door.post(DOOR, content=BODY, headers=signed(BODY, at=NOW))
    assert (answer.status_code, answer.json()) == (202, {"new": True})
    (call,) = kept(storing)
    assert (call.content, call.name, call.received_at) == (BODY, "msg_1", NOW)
    with storing() as session:
        assert session.scalars(select(Source.next_due_at).where(Source.name == "shop-events")).one() == NOW  # type: ignore[arg-type]  # SQLModel's columns


def test_a_call_that_comes_again_is_kept_once(door: TestClient, storing: Storing) -> None:
    """The sender missed our answer; another id is another call, whatever its body."""
    for name, new in (("msg_1", True), ("msg_1", False), ("msg_2", True)):
        answer = door.post(DOOR, content=BODY, headers=signed(BODY, at=NOW, name=name))
        assert (answer.status_code, answer.json()) == (202, {"new": new})
    assert len(kept(storing)) == 2


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({}, "needs the headers"),
        (signed(BODY, at=NOW, secret=b"not our secret at all"), "does not fit"),
        (signed(b"other", at=NOW), "does not fit"),
        (signed(BODY, at=NOW - timedelta(minutes=10)), "more than 5 minutes away"),
        (signed(BODY, at=NOW + timedelta(minutes=10)), "more than 5 minutes away"),
    ],
)
@pytest.mark.parametrize("name", ["shop-events", "nowhere"])
def test_others_are_refused_and_learn_nothing(
    door: TestClient, storing: Storing, headers: dict[str, str], words: str, name: str
) -> None:
    """The same answer whether there is such a source or not."""
    answer = door.post(f"/hooks/in/{name}", content=BODY, headers=headers)
    assert answer.status_code == 401
    assert words in answer.json()["error"]
    assert kept(storing) == []


@pytest.mark.parametrize("name", ["nowhere", "off", "file", "%00", "a%0Ab"])
def test_only_sources_that_hear_take_calls(door: TestClient, storing: Storing, name: str) -> None:
    """Not one that is unknown, switched off, or of another kind."""
    answer = door.post(f"/hooks/in/{name}", content=BODY, headers=signed(BODY, at=NOW))
    assert answer.status_code == 404
    assert "takes calls in" in answer.json()["error"]
    assert kept(storing) == []


@pytest.mark.parametrize("chunked", [False, True])
def test_large_bodies_are_refused(door: TestClient, storing: Storing, chunked: bool) -> None:
    """By their length where it is told, else as soon as they have more; a body at the bound is kept."""
    body = b"x" * 5_000_000
    content = iter([body[:3_000_000], body[3_000_000:]]) if chunked else body
    answer = door.post(DOOR, content=content, headers=signed(body, at=NOW))
    assert answer.status_code == 413
    assert "1,000,000 bytes" in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert kept(storing) == []
    most = b"x" * MOST_BYTES
    assert door.post(DOOR, content=most, headers=signed(most, at=NOW)).status_code == 202


def test_without_a_secret_the_door_is_shut(client: TestClient) -> None:
    """And says what to set."""
    answer = client.post(DOOR, content=BODY, headers=signed(BODY, at=NOW))
    assert answer.status_code == 403
    assert "WEBHOOK_SECRET" in answer.json()["error"]


def test_the_door_takes_posts_alone(door: TestClient) -> None:
    """A browser that opens the address reads a sentence."""
    answer = door.get(DOOR)
    assert answer.status_code == 405
    assert "error" in answer.json()
