"""The application over a real, empty database, at a fixed time; and a session to put rows into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from parsel import Selector
from sqlalchemy import Engine
from sqlmodel import Session

from service.store.database import transaction
from service.testing.factories import NOW
from service.web.app import create_app

_BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class SomeCompany:
    """What the pages need to know of a company."""

    name: str = "Moonlit Fox Games"
    currency: str = "EUR"
    time_zone: ZoneInfo = _BERLIN


@pytest.fixture
def app(database: Engine) -> FastAPI:
    """The application, at noon of 20 March 2026."""
    return create_app(engine=database, company=SomeCompany(), clock=lambda: NOW, previewing=True)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A browser on the same machine; faults come back as answers, as they do to people."""
    with TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def storing(database: Engine) -> Callable[[], AbstractContextManager[Session]]:
    """`with storing() as session:` puts rows into the database and commits them."""
    return partial(transaction, database)


@pytest.fixture
def look(client: TestClient) -> Callable[[str], Selector]:
    """Open a page that must be there, as parsed HTML."""

    def open_page(address: str) -> Selector:
        answer = client.get(address)
        assert answer.status_code == 200, answer.text[:500]
        return Selector(answer.text)

    return open_page
