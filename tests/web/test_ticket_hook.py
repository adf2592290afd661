"""A tracker says that an issue is fixed, or is not after all: signed, and as often as it likes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, func, select
from sqlmodel import col

from service.models import Issue, Note, Telling, User
from service.store.database import transaction
from service.web.app import create_app
from service.web.site import Desk, Hooks
from tests.database.telling import Bench, telling_bench
from tests.recorded.calls import SECRET, signed
from tests.web.conftest import SomeCompany

FIXED = {"state": "fixed", "version": "2.4.1", "note": "LAMP-12, a race in the loader"}


@pytest.fixture
def bench(database: Engine) -> Iterator[Bench]:
    """An issue that six people reported."""
    with telling_bench(database) as bench:
        yield bench


@pytest.fixture
def door(bench: Bench) -> Iterator[TestClient]:
    """The application with a secret."""
    app = create_app(
        engine=bench.engine,
        company=SomeCompany(),
        clock=bench.clock,
        previewing=True,
        desk=Desk(tools=bench.tools, queue=bench.queue),
        hooks=Hooks(secrets=lambda name: [SECRET] if name == "issues" else []),
    )
    with TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as client:
        yield client


def say(door: TestClient, bench: Bench, number: int, body: object) -> Response:
    """A signed call about an issue."""
    content = json.dumps(body).encode()
    return door.post(f"/hooks/issues/{number}", content=content, headers=signed(content, at=bench.clock()))


def test_a_ticket_that_is_closed_prepares_the_words(door: TestClient, bench: Bench) -> None:
    """Told again it changes nothing; opened again, nobody is told."""
    for _ in range(2):
        answer = say(door, bench, bench.issue_id, FIXED)
        assert (answer.status_code, answer.json()) == (200, {"state": "fixed"})
    with transaction(bench.engine) as session:
        issue = session.get_one(Issue, bench.issue_id)
        assert (issue.fixed_version, session.scalar(select(func.count()).select_from(Telling))) == ("2.4.1", 1)
        assert session.scalars(select(Note.text)).all() == [FIXED["note"]]
        tracker = session.scalars(select(User).where(col(User.name) == "the tracker")).one()
        assert tracker.role == "product"
    for _ in range(2):
        answer = say(door, bench, bench.issue_id, {"state": "open"})
        assert (answer.status_code, answer.json()["state"] != "fixed") == (200, True)


@pytest.mark.parametrize(
    ("number", "body", "status", "words"),
    [
        (0, {"state": "done"}, 422, "state"),
        (0, {"state": "fixed", "versoin": "2"}, 422, "versoin"),
        (0, [], 422, "The body"),
        (99, {"state": "fixed"}, 404, "There is no issue 99."),
        (99, {"state": "open"}, 404, "There is no issue 99."),
        (10**30, {"state": "fixed"}, 404, "There is no issue"),
    ],
)
def test_what_cannot_be_meant_is_said(
    door: TestClient, bench: Bench, number: int, body: object, status: int, words: str
) -> None:
    """A field, a value, or an issue that there is not."""
    answer = say(door, bench, number or bench.issue_id, body)
    assert answer.status_code == status, answer.text
    assert words in answer.json()["error"]


def test_characters_that_cannot_be_stored_are_replaced(door: TestClient, bench: Bench) -> None:
    """A null character in what a tracker passes on from somebody's form."""
    assert say(door, bench, bench.issue_id, {"state": "fixed", "version": "2\x00", "note": "a\x00b"}).status_code == 200
    with transaction(bench.engine) as session:
        assert session.get_one(Issue, bench.issue_id).fixed_version == "2\ufffd"
        assert session.scalars(select(Note.text)).all() == ["a\ufffdb"]


def test_nobody_else_is_heard(door: TestClient, bench: Bench) -> None:
    """Another secret, and issues that nobody may know of."""
    content = json.dumps(FIXED).encode()
    for number in (bench.issue_id, 99):
        headers = signed(content, at=bench.clock(), secret=b"not our secret at all")
        assert door.post(f"/hooks/issues/{number}", content=content, headers=headers).status_code == 401
    with transaction(bench.engine) as session:
        assert session.get_one(Issue, bench.issue_id).state != "fixed"
