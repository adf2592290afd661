"""The sample studio's world at an address of its own, for the tests that ask it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from service.testing.studio.content import Studio, load_studio
from service.testing.studio.serving import serving
from service.testing.studio.world import World

EPOCH = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def studio() -> Studio:
    """The shipped content, read and checked."""
    return load_studio()


@pytest.fixture
def world(studio: Studio) -> World:
    """A fresh world in its first phase."""
    return World(studio, EPOCH)


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    """A plain client at the world's address."""
    with serving(world) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client
