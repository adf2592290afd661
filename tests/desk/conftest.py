"""A desk for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.database.replying import bench_on
from tests.desk.bench import Desk, desk_on


@pytest.fixture
def desk(database: Engine) -> Iterator[Desk]:
    """A card in #community about a post that waits for an answer."""
    with bench_on(database) as answering, desk_on(answering) as desk:
        yield desk
