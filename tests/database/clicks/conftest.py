"""Places where people click."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from service.clock import now
from service.models import User
from service.store.database import transaction
from service.testing.slack import Workspace
from tests.database.clicks.scene import Place, place_of


@pytest.fixture
def workspace() -> Workspace:
    """A workspace with people in it; what is not acknowledged is tried again soon."""
    workspace = Workspace()
    workspace.app.pauses = (0.0, 0.05)
    return workspace


@pytest.fixture(params=["socket", "http"])
def both(request: pytest.FixtureRequest, workspace: Workspace, database: Engine) -> Iterator[Place]:
    """The place, through the one door and through the other."""
    with place_of(workspace, database, request.param) as place:
        yield place


@pytest.fixture
def place(workspace: Workspace, database: Engine) -> Iterator[Place]:
    """The place, where the door does not matter."""
    with place_of(workspace, database, "http") as place:
        yield place


@pytest.fixture
def ada(database: Engine) -> int:
    """Ada is one of us; her id."""
    with transaction(database) as session:
        user = User(name="Ada Lund", email="ada@lantern-works.example", role="community", created_at=now())
        session.add(user)
        session.flush()
        return user.id or 0
