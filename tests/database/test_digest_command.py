"""`earful digest` as people type it: a file for them, or one sentence that says what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from parsel import Selector
from sqlalchemy import Engine

from service.store.database import psycopg_url, transaction
from service.testing.factories import make_post, make_source


def earful(*words: str, engine: Engine, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command on a database, in a folder of its own."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("EARFUL_", "SLACK_"))}
    environment = {
        **ours,
        "EARFUL_DATABASE_URL": psycopg_url(engine),
        "EARFUL_PUBLIC_URL": "https://earful.example.org",
    }
    return subprocess.run(
        [sys.executable, "-m", "service", "digest", *words],
        env={**environment, "PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_writes_one_file(database: Engine, tmp_path: Path) -> None:
    """With the posts of the time and the team that were asked for, and links to where people reach the pages."""
    with transaction(database) as session:
        source = make_source(session)
        for topic in ("crashes", "story"):
            reading = {"sentiment": "negative", "topics": {topic: 0.9}}
            make_post(session, source, created_at=datetime.now(UTC) - timedelta(hours=3), reading=reading)

    done = earful("--since", "24h", "--team", "r&d", "--output", "d.html", engine=database, folder=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "d.html: 1 post" in done.stderr
    page = Selector((tmp_path / "d.html").read_text(encoding="utf-8"))
    assert "People wrote 1 post" in " ".join(page.css("p ::text").getall()).replace("  ", " ")
    assert page.css("a::attr(href)").re(r"^https://earful\.example\.org/\?since=")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "--output"),
        (["--output", "no/such/folder/d.html"], "no/such/folder/d.html"),
        (["--output", "d.html", "--since", "soon"], '"soon" is not a time'),
        (["--output", "d.html", "--team", "RD"], "Did you mean `R&D`?"),
    ],
)
def test_wrong_use_is_said_in_a_sentence(database: Engine, tmp_path: Path, words: list[str], complaint: str) -> None:
    """Exit code 2, no file, no traceback."""
    done = earful(*words, engine=database, folder=tmp_path)

    assert done.returncode == 2
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
