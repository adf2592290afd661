"""A database that does not answer ends every verb that needs it with one sentence, and no password in it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("verb", [("database", "upgrade"), ("web",), ("worker", "--until-empty"), ("up",)])
def test_a_closed_port_is_said_in_one_sentence(verb: tuple[str, ...], tmp_path: Path) -> None:
    """Where, and what to do; the driver's traceback and the password stay out."""
    with socket.socket() as bound:  # bound and not listening: nobody else takes the port meanwhile
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("EARFUL_", "SLACK_"))},
            "EARFUL_DATABASE_URL": f"postgresql://someone:hunter2@127.0.0.1:{port}/nothing",
            "EARFUL_DATA_DIR": str(tmp_path),
            "EARFUL_PORT": "0",
        }
        done = subprocess.run(
            [sys.executable, "-m", "service", *verb],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 2, done.stderr
    assert f"port {port}, cannot be reached" in done.stderr
    assert "EARFUL_DATABASE_URL" in done.stderr
    assert not [word for word in ("Traceback", "hunter2") if word in done.stdout + done.stderr]
    assert len(done.stderr.splitlines()) == 1, done.stderr
