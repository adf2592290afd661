"""What the tests of the repository's shape share: its folder, its files, its command line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Every file that git keeps or would keep, and that is there."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("this is not a checkout of git")
    return [path for name in sorted(set(listed.stdout.split("\0"))) if name and (path := ROOT / name).is_file()]


@pytest.fixture(scope="session")
def modules(tracked: list[Path]) -> list[Path]:
    """Every Python file but the migrations, which are written once and kept as they are."""
    return [path for path in tracked if path.suffix == ".py" and "versions" not in path.parts]


@pytest.fixture(scope="session")
def verbs() -> dict[str, frozenset[str]]:
    """Every verb of the command line, such as `earful database upgrade`, with its options."""
    from service.cli.reference import verbs, whole

    return {
        path: frozenset(name for each in verb.params for name in (*each.opts, *each.secondary_opts))
        for path, verb in verbs(whole(), "earful")
    }
