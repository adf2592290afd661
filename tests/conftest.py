"""What every test may ask for: a fresh real database, and the folder of recorded payloads."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

# The embedded server keeps its lock and socket in the user's run-time folder, and warns where the system has none.
# Set before it is imported; one folder for all, so that test processes share one lock.
if "XDG_RUNTIME_DIR" not in os.environ:
    runtime = Path(tempfile.gettempdir()) / f"earful-tests-{os.getuid()}"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)

from service.testing import postgres


def pytest_xdist_auto_num_workers() -> int:
    """How many test processes `-n auto` means: more than there are cores, as many tests wait for another process."""
    return max(2, (os.cpu_count() or 1) * 3 // 2)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL server; one for all test processes of this run."""
    base = tmp_path_factory.getbasetemp()
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with postgres.server(folder / "postgres-server") as admin_url:
        yield admin_url


@pytest.fixture
def database(postgres_server: str) -> Iterator[Engine]:
    """An empty database at the newest schema, of this test's own."""
    with postgres.database(postgres_server) as engine:
        yield engine


@pytest.fixture
def empty_database(postgres_server: str) -> Iterator[Engine]:
    """A database without any schema, for tests of the migrations."""
    with postgres.empty_database(postgres_server) as engine:
        yield engine


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """The folder of recorded payloads and labelled sets beside the checkout; the test is skipped where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    return folder
